/** HSS, BSF, CPNS Server and PN GWs, each a process of its own, and applications and PNEs at their ends. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectApp } from '../../src/adapters/app/connect-app.ts'
import {
  type OpenedPne,
  openPne,
  pairPne as pairPneFolder,
} from '../../src/adapters/pne/open-pne.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { parseEntityId } from '../../src/identity/entity-id.ts'
import { toHex, utf8 } from '../../src/octets/octets.ts'
import type { Pne } from '../../src/pne/create-pne.ts'
import {
  addUser,
  type CpnsProcesses,
  createCpnsProcesses,
  GATEWAY_READY,
  pairPne,
  type ServerProcess,
  startHomeNetwork,
  startPasswordGateway,
  startServerProcess,
  wayTo,
} from '../support/cpns-processes.ts'
import { runCpns } from '../support/run-cpns.ts'

const GATEWAY = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a40'
const SENSOR = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a41'
const OTHER_GATEWAY = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a42'
const CAR = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a43'
const IMPI = '001010123456778@ims.mnc001.mcc001.3gppnetwork.org'
const PASSWORD = 'correct horse battery staple'

let processes: CpnsProcesses
beforeEach(() => {
  processes = createCpnsProcesses('e2e-network')
})
afterEach(() => processes.close(), 60_000)

const shownOf = async (...args: string[]): Promise<unknown[]> => {
  const said = await processes.run([...args, '--data', processes.path('server'), '--json'])
  const lines = said.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as unknown)
}

const gatewayArgs = (flags: readonly string[]): readonly string[] => {
  const own = ['--data', processes.path('gw'), '--entity', GATEWAY, '--listen', '127.0.0.1:0']
  return ['gateway', 'serve', ...own, ...flags]
}

test('a PN GW bootstraps, authenticates and forwards; the HSS may be killed in between', async () => {
  const { path, run } = processes
  const home = await startHomeNetwork(processes)
  const ports = ['--psk', '127.0.0.1:0', '--api', '127.0.0.1:0']
  const server = await startServerProcess(processes, [...home.forServer, ...ports])

  // Without its HSS the BSF says so, and the PN GW waits for it.
  await home.hss.end('SIGKILL')
  const gateway = processes.begin(gatewayArgs([...server.to, ...home.forGateway]))
  await gateway.untilPrinted('pin ')
  await home.restartHss()
  await gateway.untilPrinted(GATEWAY_READY)

  const key = await run(['app', 'add', '--data', path('server'), '--service', 'echo', '--json'])
  const { key: apiKey } = JSON.parse(key) as { key: string }
  const trust = { kind: 'pin', sha256: server.pin } as const
  const app = connectApp({ url: server.found('API'), apiKey, trust })
  void app.listen(
    async ({ from, text }) => void (await app.send({ to: from, text: `echo: ${text}` })),
  )
  const sensor = { name: 'sensor', entity: SENSOR, user: 'alice' }
  await pairPne(processes, sensor, wayTo(GATEWAY, gateway))
  const to = ['--to', 'urn:cpns:service:echo', 'temperature 21']
  await run(['pne', 'send', '--data', path('sensor'), ...to])
  expect(await run(['pne', 'listen', '--data', path('sensor'), '--count', '1'])).toBe(
    'urn:cpns:service:echo  echo: temperature 21\n',
  )

  const [pn] = await shownOf('pn', 'list')
  expect(pn).toMatchObject({ gateway: GATEWAY, online: true, members: [{ entityId: SENSOR }] })
  const owner = { kind: 'user', id: 'alice' }
  expect(await shownOf('entity', 'show', SENSOR)).toMatchObject([{ owner }])

  await app.close()
  expect((await gateway.end('SIGTERM')).status).toBe(0)
  const byPsk = ['--server-url', server.found('PSK-TLS'), '--psk', '1.2']
  const pskGateway = processes.begin(gatewayArgs([...byPsk, ...home.forGateway]))
  await pskGateway.untilPrinted(GATEWAY_READY)
  // The PNE goes there with the EUKey that it has.
  const own = ['--data', path('sensor'), '--entity', SENSOR]
  await run(['pne', 'pair', ...own, ...wayTo(GATEWAY, pskGateway)])
  expect(await run(['pne', 'send', '--data', path('sensor'), ...to])).toBe(
    '202 kept for delivery\n',
  )
  const nobody = ['--to', 'urn:cpns:service:none', 'hello']
  const refused = await runCpns(['pne', 'send', '--data', path('sensor'), ...nobody])
  expect([refused.status, refused.stderr]).toEqual([
    1,
    'cpns: --to: the server knows no such recipient (status 404)\n',
  ])
  for (const process of [pskGateway, server, home.bsf]) {
    expect((await process.end('SIGTERM')).status).toBe(0)
  }
}, 300_000)

test('PN GWs by card and by password side by side on one server; one that goes leaves the other', async () => {
  await addUser(processes, 'bob', PASSWORD)
  const home = await startHomeNetwork(processes)
  const flags = [...home.forServer, '--admin', '127.0.0.1:0']
  const server = await startServerProcess(processes, flags)
  const byCard = processes.begin(gatewayArgs([...server.to, ...home.forGateway]))
  await byCard.untilPrinted(GATEWAY_READY)
  const wish = { name: 'other-gw', entity: OTHER_GATEWAY, user: 'bob', password: PASSWORD }
  const byPassword = await startPasswordGateway(processes, server, wish)
  const ask = asking(server)
  expect(await ask('GET', 'entities')).toMatchObject({
    entities: [
      { entityId: GATEWAY, owner: { kind: 'impi', id: IMPI } },
      { entityId: OTHER_GATEWAY, owner: { kind: 'user', id: 'bob' } },
    ],
  })
  expect(await ask('GET', 'eukeys')).toMatchObject({
    euKeys: [
      { entityId: GATEWAY, source: 'gba-u', keyType: 'ks-ext-naf', state: 'current' },
      { entityId: OTHER_GATEWAY, source: 'assigned', keyType: 'assigned', state: 'current' },
    ],
  })

  // A PNE behind each; both talk to each other at the same time.
  const [sensor, car] = await Promise.all([
    startPne(SENSOR, { ask, way: wayTo(GATEWAY, byCard) }),
    startPne(CAR, { ask, way: byPassword.way }),
  ])
  const texts = Array.from({ length: 20 }, (_, n) => `message ${n}`)
  const talk = (pne: Pne, to: string) =>
    Promise.all(texts.map((text) => pne.send({ to, payload: utf8(text) })))
  await Promise.all([talk(sensor.pne, CAR), talk(car.pne, SENSOR)])
  await expect.poll(() => [sensor.heard, car.heard], { timeout: 20_000 }).toEqual([texts, texts])
  const online = async () => {
    const { pns } = (await ask('GET', 'pns')) as { pns: { gateway: string; online: boolean }[] }
    return pns.filter((pn) => pn.online).map(({ gateway }) => gateway)
  }
  expect((await online()).sort()).toEqual([GATEWAY, OTHER_GATEWAY])

  // Over HTTP, and at once: what belongs to the password goes, the card's stays.
  await ask('DELETE', 'users/bob')
  expect(await online()).toEqual([GATEWAY])
  const { status, stderr } = await byPassword.ended
  expect([status, stderr]).toEqual([1, expect.stringContaining('the server has no such EUKey')])
  expect(await sensor.pne.send({ to: GATEWAY, payload: utf8('still here') })).toBe(202)
  await Promise.all([sensor.pne.close(), car.pne.close()])
}, 300_000)

/** The admin API of a server. */
function asking(server: ServerProcess) {
  const token = readFileSync(processes.path('server/admin.token'), 'utf8').trim()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return async (method: string, at: string, body?: object): Promise<unknown> => {
    const init = {
      method,
      headers: body === undefined ? { authorization: headers.authorization } : headers,
    }
    const url = `${server.found('admin')}/${at}`
    const answer = await fetch(url, { ...init, ...(body && { body: JSON.stringify(body) }) })
    const text = await answer.text()
    expect(answer.ok, text).toBe(true)
    return text === '' ? undefined : JSON.parse(text)
  }
}

/** A PNE of this process, with an EUKey that the admin API was told. */
async function startPne(
  entity: string,
  { ask, way }: { readonly ask: ReturnType<typeof asking>; readonly way: readonly string[] },
): Promise<{ readonly pne: OpenedPne; readonly heard: string[] }> {
  const key = createSystemRandom().octets(32)
  const body = { userId: 'bob of the PNEs', key: toHex(key) }
  const made = await ask('POST', `entities/${entity}/eukeys`, body)
  const { id, expires } = made as { id: string; expires: string }
  const [, gateway = '', , url = '', , pin = ''] = way
  const entityId = parseEntityId(entity)
  const pairing = { entityId, gateway: { entityId: parseEntityId(gateway), url, pin } }
  const euKey = { id, key: Secret.of(key), expiresAtMs: Date.parse(expires) }
  const folder = processes.path(entity.slice(-4))
  await pairPneFolder(folder, { pairing, euKey })
  const heard: string[] = []
  const pne = await openPne(folder, {
    onMessage: ({ payload }) => void heard.push(new TextDecoder().decode(payload)),
  })
  await pne.start()
  return { pne, heard }
}
