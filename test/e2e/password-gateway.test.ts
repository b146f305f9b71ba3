/** A PN GW without a card: UserID and password at a real terminal, then a session. CR 7.4.3.1, 7.4.3.2 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addUser,
  createCpnsProcesses,
  GATEWAY_READY,
  type ServerProcess,
  startServerProcess,
} from '../support/cpns-processes.ts'
import { runCpns } from '../support/run-cpns.ts'

const GATEWAY = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a50'
const PASSWORD = 'correct horse battery staple'

const processes = createCpnsProcesses('e2e-password')
const { path } = processes
let server: ServerProcess

beforeAll(async () => {
  await addUser(processes, 'alice', PASSWORD)
  server = await startServerProcess(processes)
}, 180_000)
afterAll(() => processes.close())

const to = () => ['--entity', GATEWAY, ...server.to]
const login = (data: string, ...more: string[]) => [
  ...['gateway', 'login', '--data', path(data), ...to(), ...more],
]

/** All files of a folder as one text. */
const contentOf = (data: string): string =>
  readdirSync(path(data))
    .map((name) => readFileSync(join(path(data), name), 'latin1'))
    .join('\n')

async function serveAndConnect(data: string, ...more: string[]): Promise<string> {
  const args = ['gateway', 'serve', '--data', path(data), ...to(), '--listen', '127.0.0.1:0']
  const gateway = await processes.start([...args, ...more], GATEWAY_READY)
  return (await gateway.end('SIGTERM')).stdout
}

/** Types at a terminal that the program `script` makes. @returns All that was shown there. */
function typeInto(args: readonly string[], answers: readonly [question: string, text: string][]) {
  const main = join(import.meta.dirname, '../../src/cli/main.ts')
  const words = [process.execPath, '--import', 'tsx', main, ...args]
  const line = words.map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const left = [...answers]
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const [next] = left
    if (next === undefined || !shown.includes(next[0])) return
    left.shift()
    child.stdin.write(`${next[1]}\r`)
  })
  return new Promise<{ status: number | null; shown: string }>((resolve, reject) => {
    child.once('error', reject).once('close', (status) => resolve({ status, shown }))
  })
}

test('UserID and password are typed, the password is not shown, and the EUKey makes a session', async () => {
  const { status, shown } = await typeInto(login('typed'), [
    ['UserID: ', 'alice'],
    ['password: ', PASSWORD],
  ])
  expect(status, shown).toBe(0)
  expect(shown).toContain(`${GATEWAY} has an EUKey of alice; it ends `)
  expect(shown).not.toContain('horse')
  expect(contentOf('typed')).not.toContain('horse')
  const said = await serveAndConnect('typed')
  expect(said).toContain('EUKey by UserID and password')
}, 60_000)

describe('from a script', () => {
  test('the master key may come from a program; without it nothing opens', async () => {
    const key = path('keyring')
    writeFileSync(key, `${'5a'.repeat(32)}\n`)
    const sealed = ['--master-key', `command:cat ${key}`]
    const args = login('scripted', '--user', 'alice', '--password-file', '-', ...sealed)
    const { status, stderr } = await runCpns(args, PASSWORD)
    expect([status, stderr]).toEqual([0, ''])
    expect(readdirSync(path('scripted'))).not.toContain('master.key')
    const serve = [
      'gateway',
      'serve',
      '--data',
      path('scripted'),
      ...to(),
      '--listen',
      '127.0.0.1:0',
    ]
    const without = await runCpns(serve)
    const refused = expect.stringContaining('there is no master.key')
    expect([without.status, without.stderr]).toEqual([2, refused])
    expect(readdirSync(path('scripted'))).not.toContain('master.key')
    await serveAndConnect('scripted', ...sealed)
  }, 60_000)

  test('a wrong password is one clear line, and leaves the EUKey that is there', async () => {
    const before = readFileSync(path('typed/gateway.db'))
    const args = login('typed', '--user', 'alice', '--password-file', '-')
    const { status, stderr } = await runCpns(args, 'wrong')
    expect([status, stderr]).toEqual([1, 'cpns: UserID or password is wrong (status 401)\n'])
    expect(readFileSync(path('typed/gateway.db'))).toEqual(before)
  }, 60_000)

  test('without TLS no password is sent', async () => {
    const plain = ['--entity', GATEWAY, '--server-url', 'http://127.0.0.1:1/cpns']
    const args = ['gateway', 'login', '--data', path('plain'), ...plain, '--user', 'alice']
    const { status, stderr } = await runCpns([...args, '--password-file', '-'], PASSWORD)
    expect([status, stderr]).toEqual([2, expect.stringContaining('only comes over TLS')])
  }, 60_000)

  test('an EUKey that was taken back is one clear line', async () => {
    await runCpns(['eukey', 'remove', GATEWAY, '--data', path('server')])
    const serve = ['gateway', 'serve', '--data', path('typed'), ...to(), '--listen', '127.0.0.1:0']
    const { status, stderr } = await runCpns(serve)
    expect(status).toBe(1)
    expect(stderr).toContain('the server has no such EUKey: run "cpns gateway login" (again)')
  }, 60_000)
})
