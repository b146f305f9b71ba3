/** The lab as a newcomer runs it: the story, its exit status, its second start, its end. Design 10 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseCardProfile } from '../../src/uicc/card-profile.ts'
import { collectSecrets } from '../support/collect-secrets.ts'
import { issuedVectors, labEvents, labPorts } from '../support/lab-events.ts'
import { type CommandResult, runCpns, startCpns } from '../support/run-cpns.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-e2e-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('cpns lab --once --data DIR, twice', () => {
  let data: string
  let first: CommandResult
  let second: CommandResult
  let startedAtMs: number
  let endedAtMs: number

  beforeAll(async () => {
    data = join(folder, 'kept')
    first = await runCpns(['lab', '--once', '--json', '--data', data])
    startedAtMs = Date.now()
    second = await runCpns(['lab', '--once', '--json', '--data', data])
    endedAtMs = Date.now()
  }, 60_000)

  test('both tell all seven steps, end with 0 and say nothing on standard error', () => {
    for (const { status, stdout, stderr } of [first, second]) {
      expect({ status, stderr }, stdout.slice(-2000)).toEqual({ status: 0, stderr: '' })
      const events = labEvents(stdout)
      const passed = events.filter(({ kind }) => kind === 'passed')
      expect(passed.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7])
      const ends = events.slice(-2).map(({ kind, ok }) => ({ kind, ok }))
      expect(ends).toEqual([
        { kind: 'finished', ok: true },
        { kind: 'stopped', ok: undefined },
      ])
    }
  })

  test('the story soon, and with the start of the program in what a machine under load needs', () => {
    expect(endedAtMs - startedAtMs).toBeLessThan(30_000)
    const times = labEvents(second.stdout).flatMap(({ atMs = 0 }) => (atMs > 0 ? [atMs] : []))
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(10_000)
  })

  test('shows messages of every reference point that it has', () => {
    const points = new Set(labEvents(first.stdout).map(({ point }) => point))
    for (const point of ['APDU', 'Ub', 'Zh', 'Zn', 'CPNS-1', 'CPNS-2']) {
      expect(points).toContain(point)
    }
  })

  test('the whole of GBA_U is in it: challenge, MAC failure of the clone, 403', () => {
    const told = labEvents(first.stdout).map(({ message = '', fields = {} }) => ({
      message,
      ...fields,
    }))
    expect(told).toContainEqual(expect.objectContaining({ message: '401 Unauthorized' }))
    expect(told).toContainEqual(expect.objectContaining({ statusWord: '9862' }))
    expect(told).toContainEqual(expect.objectContaining({ message: '403 Forbidden' }))
    for (const Status of [200, 401, 403, 409]) {
      expect(told).toContainEqual(expect.objectContaining({ message: 'ConnectResponse', Status }))
    }
  })

  test('SQN goes on at the second start, and no challenge comes twice', () => {
    const card = parseCardProfile(readFileSync(join(data, 'usim.json'), 'utf8'))
    const [one, two] = [first, second].map(({ stdout }) => issuedVectors(labEvents(stdout), card))
    const sqns = [...(one ?? []), ...(two ?? [])].map(({ sqn }) => sqn)
    expect(one?.length).toBeGreaterThan(1)
    expect(two?.length).toBeGreaterThan(1)
    expect(sqns).toEqual(sqns.toSorted((a, b) => (a < b ? -1 : 1)))
    expect(new Set(sqns).size).toBe(sqns.length)
  })

  test('EUKeys are still there', () => {
    const kept = (result: CommandResult) =>
      labEvents(result.stdout).filter(({ text }) => text === 'still has its assigned EUKey')
    expect(kept(first)).toHaveLength(0)
    expect(kept(second)).toHaveLength(2)
  })

  test('no listener is left', async () => {
    for (const { stdout } of [first, second]) {
      const ports = labPorts(labEvents(stdout))
      expect(ports).toHaveLength(6)
      for (const port of ports) expect(await connectionTo(port)).toBe('ECONNREFUSED')
    }
  })

  test('all that it keeps is readable by its owner only', () => {
    const open = readdirSync(data, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => (statSync(path).mode & 0o077) !== 0)
    expect(open).toEqual([])
    expect(statSync(data).mode & 0o777).toBe(0o700)
  })

  test('nothing printed or logged holds a key', async () => {
    const log = readFileSync(join(data, 'lab.log'), 'utf8')
    expect(log).not.toBe('')
    const text = await runCpns(['lab', '--once', '--data', data])
    expect(text.status, text.stdout.slice(-2000)).toBe(0)
    const results = [first, second, text]
    const seen = [...results.flatMap(({ stdout, stderr }) => [stdout, stderr]), log].join('\n')
    const secrets = await collectSecrets(data)
    expect(secrets.size).toBeGreaterThan(40)
    const found = [...secrets].filter(([, forms]) => forms.some((form) => seen.includes(form)))
    expect(found.map(([name]) => name)).toEqual([])
  }, 30_000)
})

describe('cpns lab', () => {
  test('tells the story as a ladder, stays up until Ctrl-C and ends in order', async () => {
    const lab = startCpns(['lab'])
    await lab.untilPrinted('Press Ctrl-C')
    const printed = (await Promise.race([lab.ended, Promise.resolve(undefined)]))?.status
    expect(printed).toBeUndefined()
    const { status, stdout, stderr } = await lab.end('SIGINT')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toMatch(/^cpns lab/)
    expect(lines.at(-1)).toBe('The lab has stopped.')
    expect(stdout).toMatch(/^ +[\d.]+ {2}PN GW +──▶ CPNS Server +CPNS-2 +ConnectRequest/m)
    expect(lines.filter((line) => /^ {3}✔ \S.*\.$/.test(line))).toHaveLength(7)
    const ports = [...stdout.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port))
    // All of the lab, and the console.
    expect(ports).toHaveLength(7)
    for (const port of ports) expect(await connectionTo(port)).toBe('ECONNREFUSED')
    const path = /data +(\S+) \(removed at the end\)/.exec(stdout)?.[1]
    expect(path).toBeDefined()
    expect(existsSync(path as string)).toBe(false)
  }, 60_000)
})

/** `connected`, or the code of the error. */
async function connectionTo(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const end = await new Promise<string>((resolve) => {
    socket.once('error', ({ code = 'error' }: NodeJS.ErrnoException) => resolve(code))
    socket.once('connect', () => resolve('connected'))
  })
  socket.destroy()
  return end
}
