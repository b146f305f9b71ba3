/**
 * CPNS-2 by PSK-TLS, end to end on real sockets: the B-TID is the identity of TLS, and the CPNS handshake
 * runs all the same. Design 4, 7; TS 33.222 5.4
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectCpnsPost } from '../../src/adapters/http/post-cpns.ts'
import { createPskConnector } from '../../src/adapters/naf/psk-client.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { connectFrameSocket } from '../../src/adapters/ws/connect-frame-socket.ts'
import type { SoftwareCredentials } from '../../src/cpns/credentials.ts'
import { ConfigurationInvalid } from '../../src/errors/errors.ts'
import { type CpnsWorld, GATEWAY_ID } from '../support/cpns-world.ts'
import { NAF_FQDN } from '../support/gba-network.ts'
import {
  type Ask,
  asking,
  askToAttach,
  attachByHand,
  connect,
  statusOf,
} from '../support/hand-client.ts'
import { type PskGateway, type PskNetwork, startPskNetwork } from '../support/psk-network.ts'

let folder: string
let network: PskNetwork
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-psk-'))
  network = await startPskNetwork(folder)
})
afterEach(async () => {
  await network.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The server of these tests is reached by `ask` alone. */
const NO_WORLD = undefined as unknown as CpnsWorld

/** What a PN GW that never starts its link has: keys of one card. */
async function cardOf(gateway: PskGateway) {
  const credentials = (await gateway.credentials.obtain()) as SoftwareCredentials
  const sockets: TLSSocket[] = []
  const connector = createPskConnector({
    keys: gateway.credentials.uaKeys,
    nafFqdn: NAF_FQDN,
    clock: systemClock,
    alpn: ['http/1.1'],
  })
  const psk: typeof connector = async (address) => {
    const socket = await connector(address)
    sockets.push(socket)
    return socket
  }
  return { credentials, psk, sockets }
}

const webSocket = (psk: Awaited<ReturnType<typeof cardOf>>['psk']) =>
  connectFrameSocket({
    url: (network.served.pskUrl ?? '').replace(/^http/, 'ws'),
    subprotocol: 'cpns2.v1',
    psk,
  })

test('the handshake by POST, and its session over a WebSocket', async () => {
  const { credentials, psk } = await cardOf(await network.startGateway())
  const way = connectCpnsPost({ url: network.served.pskUrl ?? '', psk })
  const ask: Ask = async (octets) => (await way.post(octets)).body
  const { outcome } = await connect(NO_WORLD, { ...credentials, entityId: GATEWAY_ID }, ask)
  if (outcome?.kind !== 'connected') throw new Error('no session')
  const socket = await webSocket(psk)
  await attachByHand(socket, outcome)
  expect(network.served.server.attachedCount).toBe(1)
  socket.close()
  await way.close()
})

test('a BTID that is not the one of TLS is 403, in a request, a response and an attachment', async () => {
  const gateway = await network.startGateway()
  const { credentials: first, psk } = await cardOf(gateway)
  // Another run of the same card, so that both B-TIDs are good and both EUKeys are right.
  const former = await webSocket(psk)
  const session = await connect(NO_WORLD, first, asking(former))
  await gateway.credentials.bootstrap()
  const second = (await gateway.credentials.obtain()) as SoftwareCredentials
  const later = await webSocket(psk)

  const foreign = await connect(NO_WORLD, first, asking(later))
  expect(statusOf(foreign.lastAnswer)).toBe(403)
  const { btid: _, ...nameless } = second
  const without = await connect(NO_WORLD, { ...nameless, keyType: 'assigned' }, asking(later))
  expect(statusOf(without.lastAnswer)).toBe(403)

  // Begun under the B-TID of its TLS, and finished on the connection of the other.
  let hop = 0
  const hopping: Ask = (octets) => asking(hop++ === 0 ? former : later)(octets)
  const moved = await connect(NO_WORLD, { ...first, transactionId: 't-2' }, hopping)
  expect(moved.firstAnswer.name).toBe('AuthenticateRequest')
  expect(statusOf(moved.lastAnswer)).toBe(403)

  if (session.outcome?.kind !== 'connected') throw new Error('no session')
  expect(statusOf(await askToAttach(later, session.outcome.sessionId))).toBe(401)
  const good = await connect(NO_WORLD, { ...second, transactionId: 't-3' }, asking(later))
  expect(statusOf(good.lastAnswer)).toBe(200)
  former.close()
  later.close()
})

test('plain text to the port of PSK-TLS, and PSK-TLS to a URL without TLS', async () => {
  const { hostname, port } = new URL(network.served.pskUrl ?? '')
  const socket = connectTcp(Number(port), hostname)
  const answer = await new Promise<Buffer>((resolve) => {
    socket.once('data', resolve)
    socket.write('POST /cpns HTTP/1.1\r\nHost: x\r\n\r\n')
  })
  // An alert, decode_error, and not a word of HTTP.
  expect([answer[0], answer.at(-1)]).toEqual([21, 50])
  socket.destroy()
  const url = `http://127.0.0.1:${port}/cpns`
  const { psk } = await cardOf(await network.startGateway())
  expect(() => connectCpnsPost({ url, psk })).toThrow(ConfigurationInvalid)
  const ws = connectFrameSocket({ url: url.replace('http', 'ws'), subprotocol: 'cpns2.v1', psk })
  await expect(ws).rejects.toThrow(ConfigurationInvalid)
})
