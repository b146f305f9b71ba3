/** PNEs that are paired, triggered and log in, each part a process of its own. CR 7.4.3, M-7 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningCpns, runCpns, startCpns } from '../support/run-cpns.ts'

const GATEWAY = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a60'
const WATCH = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a61'
const CAR = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a62'
const HOME = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a63'
const PASSWORD = 'correct horse battery staple'

let folder: string
/** Of the server. */
let to: string[]
/** Of the PN GW. */
let way: string[]
const running: RunningCpns[] = []

const path = (name: string): string => join(folder, name)

/** Starts a command, until it has printed this. @returns What it has printed by then. */
async function start(args: readonly string[], ready: string): Promise<string> {
  const process = startCpns(args)
  running.push(process)
  let said = ''
  process.child.stdout?.on('data', (text: string) => {
    said += text
  })
  await process.untilPrinted(ready)
  return said
}

const found = (said: string, word: string): string =>
  new RegExp(`^${word} +(\\S+)$`, 'm').exec(said)?.[1] ?? ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-e2e-trigger-'))
  const user = ['user', 'add', 'alice', '--data', path('server'), '--password-file', '-']
  expect((await runCpns(user, PASSWORD)).stderr).toBe('')
  const server = await start(
    [
      ...['server', 'serve', '--data', path('server'), '--entity', 'urn:x:server'],
      ...['--naf-fqdn', 'cpns.example.org', '--listen', '127.0.0.1:0', '--first-use', 'bind'],
      ...['--pne-assignment', 'trusted-gateway'],
    ],
    'server is ready.',
  )
  const pin = readFileSync(path('server/server.pin'), 'utf8').trim()
  to = ['--server-url', found(server, 'CPNS-2'), '--pin', pin]
  const login = ['gateway', 'login', '--data', path('gw'), '--entity', GATEWAY, '--user', 'alice']
  const logged = await runCpns([...login, ...to, '--password-file', '-'], PASSWORD)
  expect(logged.stderr).toBe('')
  const gateway = await start(
    [
      ...['gateway', 'serve', '--data', path('gw'), '--entity', GATEWAY, ...to],
      ...['--auth', 'password', '--listen', '127.0.0.1:0'],
    ],
    'authenticated; session with fingerprint',
  )
  way = ['--gateway', GATEWAY, '--gateway-url', found(gateway, 'PNEs')]
  way.push('--pin', found(gateway, 'pin'))
}, 60_000)
afterAll(async () => {
  await Promise.all(running.map((one) => one.end('SIGKILL')))
  rmSync(folder, { recursive: true, force: true })
})

/** The user begins the pairing at the PN GW, and gives the PNE its code. */
async function pair(name: string, entity: string): Promise<void> {
  const pairing = startCpns([
    ...['gateway', 'pair', entity, '--data', path('gw'), '--user', 'alice'],
  ])
  running.push(pairing)
  let said = ''
  pairing.child.stdout?.on('data', (text: string) => {
    said += text
  })
  await pairing.untilPrinted('good once')
  const code = /^code (\S+),/m.exec(said)?.[1] ?? ''
  const own = ['--data', path(name), '--entity', entity, '--code', code]
  const paired = await runCpns(['pne', 'pair', ...own, ...way])
  expect([paired.status, paired.stderr]).toEqual([0, ''])
  expect(paired.stdout).toBe(`${entity} is paired with ${GATEWAY}; it belongs to alice.\n`)
  expect(await pairing.ended).toMatchObject({ status: 0, stderr: '' })
}

const trigger = (entity: string, flags: readonly string[], input = '') =>
  runCpns(['gateway', 'trigger', entity, '--data', path('gw'), '--user', 'alice', ...flags], input)

/** Mutual authentication with the EUKey: a message that the server keeps for somebody who is away. */
async function sends(name: string): Promise<void> {
  const sent = await runCpns(['pne', 'send', '--data', path(name), '--to', GATEWAY, 'hello'])
  expect([sent.status, sent.stdout, sent.stderr]).toEqual([0, '202 kept for delivery\n', ''])
}

test('a PNE without UI: the password is typed at the PN GW, and is in no file', async () => {
  await pair('watch', WATCH)
  const waiting = runCpns(['pne', 'await-trigger', '--data', path('watch')])
  const triggered = await trigger(WATCH, ['--password-file', '-'], PASSWORD)
  expect([triggered.status, triggered.stderr]).toEqual([0, ''])
  expect(triggered.stdout).toBe(`${WATCH}: the PNE has its EUKey\n`)
  expect(await waiting).toMatchObject({ status: 0, stderr: '' })
  await sends('watch')
  for (const name of ['watch', 'gw', 'server']) {
    for (const file of readdirSync(path(name), { withFileTypes: true })) {
      if (!file.isFile()) continue
      const content = readFileSync(join(path(name), file.name), 'latin1')
      expect(content.includes(PASSWORD), `${name}/${file.name}`).toBe(false)
    }
  }
}, 60_000)

test('a PNE with UI asks itself: triggered by a way of its own, or by login through the PN GW', async () => {
  await pair('car', CAR)
  const waiting = runCpns(
    ['pne', 'await-trigger', '--data', path('car'), ...to, '--password-file', '-'],
    PASSWORD,
  )
  expect(await trigger(CAR, ['--ui'])).toMatchObject({ status: 0, stderr: '' })
  expect(await waiting).toMatchObject({ status: 0, stderr: '' })
  await sends('car')
  const login = ['pne', 'login', '--data', path('car'), '--password-file', '-']
  expect(await runCpns(login, PASSWORD)).toMatchObject({ status: 0, stderr: '' })
  await sends('car')
  const wrong = await runCpns(login, 'wrong')
  expect([wrong.status, wrong.stderr]).toEqual([
    1,
    'cpns: UserID or password is wrong (status 401)\n',
  ])
}, 60_000)

test('a PN GW without UI takes the same way', async () => {
  await pair('home', HOME)
  const args = ['pne', 'await-trigger', '--data', path('home'), '--for-gateway', ...to]
  const waiting = runCpns(args)
  expect(await trigger(HOME, ['--password-file', '-'], PASSWORD)).toMatchObject({ status: 0 })
  expect(await waiting).toMatchObject({ status: 0, stderr: '' })
  await start(
    [
      ...['gateway', 'serve', '--data', path('home'), '--entity', HOME, ...to],
      ...['--auth', 'password', '--listen', '127.0.0.1:0'],
    ],
    'authenticated; session with fingerprint',
  )
}, 60_000)

test('a wrong code, a PNE that is of nobody, a PN GW that does not run', async () => {
  const own = ['--data', path('thief'), '--entity', WATCH, '--code', '0000-0000']
  const thief = await runCpns(['pne', 'pair', ...own, ...way])
  expect(thief.status).toBe(1)
  expect(thief.stderr).toContain('not paired')
  const orphan = await runCpns(['pne', 'login', '--data', path('thief')])
  expect(orphan.status).toBe(2)
  const idle = ['gateway', 'pair', WATCH, '--data', path('watch'), '--user', 'alice']
  expect((await runCpns(idle)).stderr).toBe('cpns: no PN GW runs on this data folder\n')
}, 60_000)
