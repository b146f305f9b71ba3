/** PNEs that are paired, triggered and log in, each part a process of its own. CR 7.4.3, M-7 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  addUser,
  createCpnsProcesses,
  GATEWAY_READY,
  startPasswordGateway,
  startServerProcess,
} from '../support/cpns-processes.ts'
import { runCpns } from '../support/run-cpns.ts'

const GATEWAY = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a60'
const WATCH = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a61'
const CAR = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a62'
const HOME = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a63'
const PASSWORD = 'correct horse battery staple'

const processes = createCpnsProcesses('e2e-trigger')
const { path } = processes
/** Flags of clients of the server. */
let to: readonly string[]
/** Flags of PNEs of the PN GW. */
let way: readonly string[]

beforeAll(async () => {
  await addUser(processes, 'alice', PASSWORD)
  const server = await startServerProcess(processes, ['--pne-assignment', 'trusted-gateway'])
  const wish = { name: 'gw', entity: GATEWAY, user: 'alice', password: PASSWORD }
  const gateway = await startPasswordGateway(processes, server, wish)
  to = server.to
  way = gateway.way
}, 180_000)
afterAll(() => processes.close())

/** The user begins the pairing at the PN GW, and gives the PNE its code. */
async function pair(name: string, entity: string): Promise<void> {
  const args = ['gateway', 'pair', entity, '--data', path('gw'), '--user', 'alice']
  const pairing = await processes.start(args, 'good once')
  // As many people type it.
  const code = (/^code (\S+),/m.exec(pairing.said())?.[1] ?? '').toLowerCase()
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
  const own = ['--data', path('home'), '--entity', HOME, ...to]
  const serve = ['gateway', 'serve', ...own, '--auth', 'password', '--listen', '127.0.0.1:0']
  await processes.start(serve, GATEWAY_READY)
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
