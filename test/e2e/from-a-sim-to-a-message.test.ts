/** The tutorial, typed as it stands: only ports, the program's place and the pin are put in. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fencesOf, readPage } from '../docs/pages.fixture.ts'

const ROOT = resolve(import.meta.dirname, '..', '..')
const TSX = import.meta.resolve('tsx')
const MAIN = join(ROOT, 'src', 'cli', 'main.ts')
const APP = pathToFileURL(join(ROOT, 'src', 'adapters', 'app', 'index.ts')).href
const READY: Readonly<Record<string, string>> = {
  'cpns hss': 'is ready.',
  'cpns bsf': 'is ready.',
  'cpns server': 'is ready.',
  'cpns gateway': 'session with fingerprint',
}

let folder: string
const running: ChildProcess[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-ten-minutes-'))
})
afterAll(() => {
  for (const { pid } of running) if (pid !== undefined) end(pid)
  rmSync(folder, { recursive: true, force: true })
})

/** The shell and what it started. */
function end(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Runs a command, and resolves with what it printed: at its end, or once that holds `until`. */
function type(command: string, until?: string): Promise<string> {
  const shim = `cpns() { node --import ${TSX} ${MAIN} "$@"; }\n`
  const child = spawn('bash', ['-c', shim + command], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let printed = ''
  return new Promise((done, fail) => {
    const add = (text: Buffer): void => {
      printed += text.toString()
      if (until !== undefined && printed.includes(until)) done(printed)
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    child.on('close', (status) =>
      status === 0 ? done(printed) : fail(new Error(`${command}: ${printed}`)),
    )
  })
}

test('every command of the tutorial, in order, and the answer that it shows', async () => {
  let page = readPage('tutorial/from-a-sim-to-a-message.md')
  for (const port of new Set(page.match(/(?<=127\.0\.0\.1:)\d+/g))) {
    page = page.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${await freePort()}`)
  }
  const fences = fencesOf(page)
  const program = fences.find(({ language }) => language === 'js')?.lines.join('\n') ?? ''
  writeFileSync(join(folder, 'app.mjs'), program.replace("'cpns/app'", `'${APP}'`))
  const [shown] = fences.find(({ language }) => language === 'text')?.lines ?? []
  const commands = fences
    .filter(({ language }) => language === 'sh')
    .slice(1)
    .map(({ lines }) => lines.join('\n'))
  const printed: string[] = []
  let pin = ''
  for (const written of commands) {
    const command = written.replace('GATEWAY-PIN', pin)
    if (command === 'node app.mjs') {
      void type(`node --import ${TSX} app.mjs`).catch(() => undefined)
      continue
    }
    const ready = command.includes(' serve ')
      ? READY[/^cpns \w+/.exec(command)?.[0] ?? '']
      : undefined
    const said = await type(command, ready)
    printed.push(said)
    pin = /^pin {3}(\S+)$/m.exec(said)?.[1] ?? pin
  }
  expect(commands).toHaveLength(12)
  expect(printed.filter((said) => said.trim() === shown)).toHaveLength(1)
  expect(printed.at(-1)).toContain('urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a40')
}, 240_000)
