/** The lab as a newcomer runs it: the story, its exit status, its second start, its end. Design 10 */
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommandResult, runCpns, startCpns } from '../support/run-cpns.ts'

interface Event {
  readonly kind: string
  readonly step?: number
  readonly point?: string
  readonly message?: string
  readonly text?: string
  readonly ok?: boolean
  readonly addresses?: readonly { readonly entity: string; readonly address: string }[]
}

const eventsOf = (stdout: string): Event[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-e2e-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('cpns lab --once --json --data DIR', () => {
  let first: CommandResult
  let second: CommandResult
  let data: string

  beforeAll(async () => {
    data = join(folder, 'kept')
    first = await runCpns(['lab', '--once', '--json', '--data', data])
    second = await runCpns(['lab', '--once', '--json', '--data', data])
  }, 60_000)

  test('tells all six steps and ends with 0', () => {
    expect(first.status, first.stderr + first.stdout.slice(-2000)).toBe(0)
    const passed = eventsOf(first.stdout).filter(({ kind }) => kind === 'passed')
    expect(passed.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
    expect(eventsOf(first.stdout).find(({ kind }) => kind === 'finished')?.ok).toBe(true)
  })

  test('shows messages of every reference point that it has', () => {
    const points = new Set(eventsOf(first.stdout).map(({ point }) => point))
    for (const point of ['APDU', 'Ub', 'Zh', 'Zn', 'CPNS-1', 'CPNS-2']) {
      expect(points).toContain(point)
    }
  })

  test('says nothing on standard error', () => {
    expect(first.stderr).toBe('')
  })

  test('goes on with the same folder', () => {
    expect(second.status, second.stderr + second.stdout.slice(-2000)).toBe(0)
  })

  test('no listener is left', async () => {
    const started = eventsOf(second.stdout).find(({ kind }) => kind === 'started')
    const ports = (started?.addresses ?? []).flatMap(({ address }) => {
      const port = /:(\d+)/.exec(address)?.[1]
      return port === undefined ? [] : [Number(port)]
    })
    expect(ports).toHaveLength(3)
    for (const port of ports) await expectRefused(port)
  })

  test('files with keys are readable by their owner only', async () => {
    const { statSync } = await import('node:fs')
    const open = readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => (statSync(file).mode & 0o077) !== 0)
      .filter((file) => !file.endsWith('.log'))
    expect(open).toEqual([])
  })
})

describe('cpns lab --once', () => {
  test('prints a ladder for people and removes its temporary folder', async () => {
    const { status, stdout } = await runCpns(['lab', '--once'])
    expect(status, stdout.slice(-2000)).toBe(0)
    expect(stdout).toMatch(/^cpns lab/)
    expect(stdout).toMatch(/PN GW +──▶ CPNS Server +CPNS-2 +ConnectRequest/)
    expect(stdout.match(/✔/g)).toHaveLength(6)
    const path = /data +(\S+) \(removed at the end\)/.exec(stdout)?.[1]
    expect(path).toBeDefined()
    expect(existsSync(path as string)).toBe(false)
  }, 60_000)
})

describe('cpns lab', () => {
  test('stays up until Ctrl-C and then ends in order', async () => {
    const child = startCpns(['lab'])
    let stdout = ''
    child.stdout?.on('data', (data: Buffer) => {
      stdout += data.toString()
    })
    await expect.poll(() => stdout, { timeout: 30_000 }).toContain('Press Ctrl-C')
    child.kill('SIGINT')
    const [status] = (await once(child, 'close')) as [number | null]
    expect(status).toBe(0)
    expect(stdout).toContain('The lab has stopped.')
  }, 60_000)
})

describe('what cannot be used is one clear line and exit 2', () => {
  const expectUsage = (result: CommandResult, ...words: readonly string[]): void => {
    expect(result.status, result.stderr).toBe(2)
    expect(result.stdout).toBe('')
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
    for (const word of words) expect(result.stderr).toContain(word)
  }

  test('a data folder that is a file', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'x')
    expectUsage(await runCpns(['lab', '--once', '--data', file]), file)
  })

  test('a data folder below a file', async () => {
    const path = join(folder, 'file', 'below')
    expectUsage(await runCpns(['lab', '--once', '--data', path]), path)
  })

  test('a data folder whose database is none', async () => {
    const path = join(folder, 'broken')
    mkdirSync(path, { mode: 0o700 })
    writeFileSync(join(path, 'hss.db'), 'this is not a database, and long enough to be read as one')
    expectUsage(await runCpns(['lab', '--once', '--data', path]), 'hss.db')
  })

  test('a data folder whose master key others can read', async () => {
    const path = join(folder, 'open')
    mkdirSync(path)
    writeFileSync(join(path, 'master.key'), '00'.repeat(32))
    chmodSync(join(path, 'master.key'), 0o644)
    expectUsage(await runCpns(['lab', '--once', '--data', path]), 'master.key')
  })

  test('a configuration file that is missing, no JSON, or names what is unknown', async () => {
    const missing = join(folder, 'none.json')
    expectUsage(await runCpns(['lab', '--once', '--config', missing]), missing)
    const noJson = join(folder, 'no.json')
    writeFileSync(noJson, '{')
    expectUsage(await runCpns(['lab', '--once', '--config', noJson]), noJson, 'JSON')
    const unknown = join(folder, 'unknown.json')
    writeFileSync(unknown, '{"ports":{"ub":0,"zz":1}}')
    expectUsage(await runCpns(['lab', '--once', '--config', unknown]), unknown, 'zz')
    const outside = join(folder, 'outside.json')
    writeFileSync(outside, '{"host":"0.0.0.0"}')
    expectUsage(await runCpns(['lab', '--once', '--config', outside]), outside, 'host')
  }, 60_000)

  test('a port that is taken', async () => {
    const { createServer } = await import('node:net')
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const config = join(folder, 'taken.json')
    writeFileSync(config, JSON.stringify({ ports: { ub: port } }))
    const result = await runCpns(['lab', '--once', '--config', config])
    server.close()
    expectUsage(result, String(port))
  })
})

describe('secrets', () => {
  test('nothing printed or logged holds a key', async () => {
    const { collectSecrets } = await import('../support/collect-secrets.ts')
    const data = join(folder, 'secrets')
    const runs = [
      await runCpns(['lab', '--once', '--json', '--data', data]),
      await runCpns(['lab', '--once', '--data', data]),
    ]
    const logs = readdirSync(data)
      .filter((name) => name.endsWith('.log'))
      .map((name) => readFileSync(join(data, name), 'utf8'))
    const seen = [...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...logs].join('\n')
    const secrets = await collectSecrets(data)
    expect(secrets.size).toBeGreaterThan(20)
    const found = [...secrets].filter(([, forms]) => forms.some((form) => seen.includes(form)))
    expect(found.map(([name]) => name)).toEqual([])
  }, 60_000)
})

async function expectRefused(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    socket.once('error', resolve)
    socket.once('connect', () => resolve(undefined))
  })
  socket.destroy()
  expect(error?.code).toBe('ECONNREFUSED')
}
