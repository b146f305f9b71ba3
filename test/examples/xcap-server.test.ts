/** The example, as its users use it: a real card, HSS, BSF and NAF, and any HTTP in between. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createXcapServer } from '../../examples/xcap-server/xcap-server.ts'
import {
  createGbaFetch,
  type GbaFetch,
  type GbaFetchInit,
} from '../../src/adapters/naf/gba-fetch.ts'
import { NAF_CERTIFICATE } from '../../src/adapters/naf/naf-server.fixture.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { connectUb } from '../../src/adapters/ub/connect-ub.ts'
import { openUiccApplication } from '../../src/gba/uicc-terminal.ts'
import { createCardKeySource } from '../../src/naf/card-key-source.ts'
import { createTestCard } from '../../src/uicc/uicc.fixture.ts'
import { type GbaNetwork, startGbaNetwork } from '../support/gba-network.ts'

const ALICE = encodeURIComponent('sip:alice@example.org')
const PATH = `/resource-lists/users/${ALICE}/index.xml`

let network: GbaNetwork
let client: GbaFetch
let close: () => Promise<void>
beforeEach(async () => {
  network = await startGbaNetwork(createXcapServer, { gsids: [1_000_001] })
  const { reader } = await createTestCard()
  const card = await openUiccApplication(reader)
  const ub = connectUb({ baseUrl: network.bsfUrl })
  const ports = { clock: systemClock, random: createSystemRandom() }
  const keys = createCardKeySource({ card, ub, ...ports })
  client = createGbaFetch(
    {
      trust: { kind: 'ca', pem: NAF_CERTIFICATE.certificatePem },
      connectTo: { host: '127.0.0.1', port: network.nafTlsPort },
    },
    { keys, ...ports },
  )
  close = async () => {
    await client.close()
    await ub.close()
    await card.close()
    await network.close()
  }
})
afterEach(() => close())

const ask = async (method: string, path = PATH, init: GbaFetchInit = {}) => {
  const response = await client.fetch(`https://naf.example.org${path}`, { method, ...init })
  return [response.status, await response.text(), response.headers.get('etag')] as const
}

test('a document is written, read, replaced and removed by its owner', async () => {
  const headers = { 'content-type': 'application/resource-lists+xml' }
  expect(await ask('GET')).toEqual([404, '', null])
  expect(await ask('PUT', PATH, { body: '<a/>', headers })).toEqual([201, '', '"1"'])
  expect(await ask('GET')).toEqual([200, '<a/>', '"1"'])
  const matching = { body: '<b/>', headers: { ...headers, 'if-match': '"1"' } }
  expect((await ask('PUT', PATH, matching))[0]).toBe(200)
  expect((await ask('PUT', PATH, matching))[0]).toBe(412)
  expect(await ask('HEAD')).toEqual([200, '', '"2"'])
  expect((await ask('DELETE'))[0]).toBe(200)
  expect((await ask('DELETE'))[0]).toBe(404)
  expect(network.bootstraps()).toBe(1)
})

test.each([
  ['another user', 'GET', PATH.replace('alice', 'bob'), 403],
  ['no path of a document', 'GET', '/', 404],
  ['a name that cannot be decoded', 'GET', '/a/users/%ff/b', 404],
  ['another method', 'PATCH', PATH, 405],
])('%s: %s', async (_, method, path, status) => {
  expect((await ask(method, path))[0]).toBe(status)
})

test('a document that is too long', async () => {
  expect((await ask('PUT', PATH, { body: 'a'.repeat(65_537) }))[0]).toBe(413)
})
