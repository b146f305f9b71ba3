/** A PN GW of its own with a card of its own, at the BSF and CPNS Server of a running lab. Design 10 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDataFolder } from '../../src/adapters/data-folder/data-folder.ts'
import { openPneStore } from '../../src/adapters/sqlite/pne-store.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { connectFrameSocket } from '../../src/adapters/ws/connect-frame-socket.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { parseEntityId } from '../../src/identity/entity-id.ts'
import { fromHex, fromUtf8, utf8 } from '../../src/octets/octets.ts'
import { createAssignedCredentials } from '../../src/pne/assigned-credentials.ts'
import { createPne } from '../../src/pne/create-pne.ts'
import { noLog } from '../../src/ports/log.ts'
import { noTrace } from '../../src/trace/trace.ts'
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

interface Pairing {
  readonly url: string
  readonly pin: string
}

interface AssignedKey {
  readonly keyId: string
  readonly key: Secret
}

/** A message to the lab's echo, through the PN GW. @returns The answer. */
async function askEcho({ url, pin }: Pairing, { keyId, key }: AssignedKey): Promise<string> {
  const random = createSystemRandom()
  const { sealer, file } = await openDataFolder(join(folder, 'pne'), { create: true }, random)
  const store = openPneStore(file('pne.db'), sealer)
  await store.saveEuKey({ id: keyId, key, expiresAtMs: Date.now() + 3_600_000 })
  let arrive: ((text: string) => void) | undefined
  const answer = new Promise<string>((resolve) => {
    arrive = resolve
  })
  const common = { clock: systemClock, random, log: noLog, trace: noTrace, store }
  const pne = createPne(
    {
      entityId: SENSOR,
      gatewayEntityId: GATEWAY,
      algorithms: ['HMAC-SHA-256'],
      renewAheadMs: 0,
    },
    {
      ...common,
      credentials: createAssignedCredentials(common),
      connectGateway: () =>
        connectFrameSocket({ url, subprotocol: 'cpns1.v1', trust: { kind: 'pin', sha256: pin } }),
      onMessage: ({ payload }) => arrive?.(fromUtf8(payload)),
    },
  )
  await pne.start()
  await pne.send({
    to: 'urn:cpns:service:echo',
    payload: utf8('temperature 21'),
    contentType: 'text/plain',
  })
  const text = await answer
  pne.stop()
  await store.close()
  return text
}

test('it bootstraps with its card, authenticates, forwards, and ends in order', async () => {
  const out = join(folder, 'usim.json')
  const made = await runCpns(['uicc', 'new', '--imsi', IMSI, '--out', out])
  const [, ...line] = made.stdout.trim().split(' ')
  const added = await runCpns([...line, '--data', join(folder, 'lab')])
  expect(added.status, added.stderr).toBe(0)
  const wish = ['--entity', SENSOR, '--user', 'alice', '--json']
  const assigned = await runCpns(['eukey', 'add', '--data', join(folder, 'lab'), ...wish])
  const { id, key } = JSON.parse(assigned.stdout) as { id: string; key: string }

  const gateway = startGateway()
  let stdout = ''
  gateway.child.stdout?.on('data', (text: string) => {
    stdout += text
  })
  await gateway.untilPrinted('authenticated; session with fingerprint')
  const url = /^PNEs {2}(\S+)$/m.exec(stdout)?.[1] ?? ''
  const pin = /^pin {3}(\S+)$/m.exec(stdout)?.[1] ?? ''
  const assignedKey = { keyId: id, key: Secret.of(fromHex(key)) }
  expect(await askEcho({ url, pin }, assignedKey)).toBe('echo: temperature 21')
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
