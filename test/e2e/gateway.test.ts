/** A PN GW of its own with a card of its own, at the BSF and CPNS Server of a running lab. Design 10 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseEntityId } from '../../src/identity/entity-id.ts'
import { type RunningCpns, runCpns, startCpns } from '../support/run-cpns.ts'

const GATEWAY = parseEntityId('urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a30')
const SENSOR = parseEntityId('urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a31')
const IMSI = '001010123456777'

let folder: string
let lab: RunningCpns
let labStdout = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-e2e-gateway-'))
  lab = startCpns(['lab', '--json', '--data', join(folder, 'lab')])
  lab.child.stdout?.on('data', (text: string) => {
    labStdout += text
  })
  await lab.untilPrinted('"kind":"waiting"')
}, 60_000)
afterAll(async () => {
  await lab?.end('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** Address of an entity of the lab. */
function addressOf(entity: string): string {
  const [line = ''] = labStdout.split('\n').filter((one) => one.includes('"kind":"started"'))
  const { addresses } = JSON.parse(line) as { addresses: { entity: string; address: string }[] }
  return addresses.find((one) => one.entity === entity)?.address ?? ''
}

function startGateway(...flags: string[]): RunningCpns {
  const pin = readFileSync(join(folder, 'lab', 'server.pin'), 'utf8').trim()
  const own = ['--data', join(folder, 'gw'), '--entity', GATEWAY, '--listen', '127.0.0.1:0']
  const server = ['--server-url', addressOf('CPNS Server'), '--naf-fqdn', 'cpns.example.org']
  const card = ['--reader', `software:${join(folder, 'usim.json')}`]
  const bsf = ['--bsf-url', addressOf('BSF')]
  return startCpns(['gateway', 'serve', ...own, ...server, '--pin', pin, ...bsf, ...card, ...flags])
}

const SENSOR_DATA = () => ['--data', join(folder, 'sensor')]

/** The sensor asks the lab's echo, and hears its answer. */
async function askEcho(text: string): Promise<string> {
  const send = ['pne', 'send', ...SENSOR_DATA(), '--to', 'urn:cpns:service:echo', text]
  const sent = await runCpns(send)
  expect([sent.status, sent.stderr]).toEqual([0, ''])
  expect(sent.stdout).toMatch(/^(200 acknowledged|202 kept for delivery)\n$/)
  const heard = await runCpns(['pne', 'listen', ...SENSOR_DATA(), '--count', '1'])
  expect([heard.status, heard.stderr]).toEqual([0, ''])
  return heard.stdout
}

test('it bootstraps with its card, authenticates, forwards, and ends in order', async () => {
  const out = join(folder, 'usim.json')
  const made = await runCpns(['uicc', 'new', '--imsi', IMSI, '--out', out])
  const [, ...line] = made.stdout.trim().split(' ')
  const added = await runCpns([...line, '--data', join(folder, 'lab')])
  expect(added.status, added.stderr).toBe(0)
  const wish = ['--entity', SENSOR, '--user', 'alice', '--json']
  const assigned = await runCpns(['eukey', 'add', '--data', join(folder, 'lab'), ...wish])
  writeFileSync(join(folder, 'sensor.key'), assigned.stdout, { mode: 0o600 })

  const gateway = startGateway()
  let stdout = ''
  gateway.child.stdout?.on('data', (text: string) => {
    stdout += text
  })
  await gateway.untilPrinted('authenticated; session with fingerprint')
  const url = /^PNEs {2}(\S+)$/m.exec(stdout)?.[1] ?? ''
  const pin = /^pin {3}(\S+)$/m.exec(stdout)?.[1] ?? ''
  const names = ['--entity', SENSOR, '--gateway', GATEWAY]
  const way = ['--gateway-url', url, '--pin', pin, '--key-file', join(folder, 'sensor.key')]
  const paired = await runCpns(['pne', 'pair', ...SENSOR_DATA(), ...names, ...way])
  expect(paired.status, paired.stderr).toBe(0)
  expect(await askEcho('temperature 21')).toBe('urn:cpns:service:echo  echo: temperature 21\n')
  expect(await askEcho('temperature 22')).toBe('urn:cpns:service:echo  echo: temperature 22\n')
  const ended = await gateway.end('SIGINT')
  expect(ended.status, ended.stderr).toBe(0)
  expect(ended.stdout).toContain('The PN GW has stopped.')
}, 60_000)

test('it starts again: same key of CPNS-1, same card, EntityID still its own', async () => {
  const gateway = startGateway()
  await gateway.untilPrinted('authenticated; session with fingerprint')
  expect((await gateway.end('SIGTERM')).status).toBe(0)
}, 60_000)

test('the EUKey of another NAF: the server refuses it, exit 1', async () => {
  const { status, stderr } = await startGateway('--naf-fqdn', 'other.example.org').ended
  expect(status, stderr).toBe(1)
  expect(stderr).toBe('cpns: the server refused the handshake (status 401)\n')
}, 60_000)

test('a server with another key: exit 1', async () => {
  const { status, stderr } = await startGateway('--pin', 'ab'.repeat(32)).ended
  expect(status, stderr).toBe(1)
  expect(stderr).toMatch(/cpns: .*(key|pin)/)
}, 60_000)
