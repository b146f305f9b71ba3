import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { writeRequest } from '../../diameter/base/command.ts'
import { handlerOf } from '../../diameter/base/request-desk.ts'
import { MULTIMEDIA_AUTH } from '../../diameter/zh/multimedia-auth.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { cer, dialByHand, freshIds, openByHand, resultOf, testPorts } from './diameter.fixture.ts'
import { type ServeDiameterOptions, serveDiameter } from './serve-node.ts'

const APPLICATION = MULTIMEDIA_AUTH.applicationId
const HSS = {
  originHost: 'hss.home.example',
  originRealm: 'home.example',
  host: '127.0.0.1',
  port: 0,
}
const PEER = 'bsf.home.example'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp()
})

async function serve(changes: Partial<ServeDiameterOptions> = {}) {
  const served: string[] = []
  const handler = handlerOf({
    command: MULTIMEDIA_AUTH,
    async answer({ sessionId, userName }) {
      served.push(userName ?? '')
      await sleep(20)
      const { originHost, originRealm } = HSS
      return { sessionId, resultCode: 2001, originHost, originRealm }
    },
  })
  const ports = testPorts('hss')
  const options = { ...HSS, ...changes, applicationId: APPLICATION }
  const server = await serveDiameter(options, [handler], ports)
  cleanups.push(() => server.close())
  return { server, served, logged: ports.logged }
}

function mar(changes: object = {}) {
  const values = {
    sessionId: `${PEER};1;1`,
    vendorSpecificApplicationId: { vendorId: 10_415, authApplicationId: APPLICATION },
    authSessionState: 'NO_STATE_MAINTAINED' as const,
    originHost: PEER,
    originRealm: 'home.example',
    destinationRealm: HSS.originRealm,
    userName: 'alice@home.example',
    ...changes,
  }
  return writeRequest(MULTIMEDIA_AUTH, values, freshIds())
}

async function open(port: number, originHost = PEER) {
  const hand = await openByHand(port, originHost, APPLICATION)
  cleanups.push(() => hand.socket.destroy())
  return hand
}

test('an address that cannot be listened on', async () => {
  const { server } = await serve()
  await expect(serve({ port: server.port })).rejects.toThrow(ConfigurationInvalid)
  await expect(serve({ host: '192.0.2.1' })).rejects.toThrow(/cannot listen on 192\.0\.2\.1/)
})

describe('who may connect', () => {
  test('anyone, unless peers are listed; names are compared without case', async () => {
    const { server } = await serve({ peers: ['BSF.home.example'], relays: ['relay.example'] })
    for (const [name, result] of [
      [PEER, 2001],
      ['RELAY.example', 2001],
      ['stranger.example', 3010],
    ] as const) {
      const hand = await dialByHand(server.port)
      cleanups.push(() => hand.socket.destroy())
      hand.send(cer(name, APPLICATION))
      expect(resultOf(await hand.next())).toBe(result)
    }
  })

  test('a peer of another application is told so (5010)', async () => {
    const { server } = await serve()
    const hand = await dialByHand(server.port)
    hand.send(cer(PEER, 16_777_220))
    expect(resultOf(await hand.next())).toBe(5010)
    await hand.ended
  })

  test('no more connections than allowed', async () => {
    const { server } = await serve({ maxConnections: 2 })
    const hands = [await open(server.port), await open(server.port)]
    const third = await dialByHand(server.port)
    await third.ended
    expect(hands.map(({ socket }) => socket.destroyed)).toEqual([false, false])
  })
})

describe('requests', () => {
  test.each([
    ['another realm', 3003, { destinationRealm: 'other.example' }],
    ['another host', 3002, { destinationHost: 'other.home.example' }],
  ])('for %s are not for this node (%d)', async (_, result, changes) => {
    const { server, served } = await serve()
    const hand = await open(server.port)
    hand.send(mar(changes))
    expect(resultOf(await hand.next())).toBe(result)
    expect(served).toEqual([])
  })

  test('of an unknown command or application (3001, 3007)', async () => {
    const { server } = await serve()
    const hand = await open(server.port)
    hand.send({ ...mar(), commandCode: 304 }, { ...mar(), applicationId: 4 })
    const answers = [await hand.next(), await hand.next()]
    expect(answers.map(resultOf)).toEqual([3001, 3007])
    expect(answers.map(({ error }) => error)).toEqual([true, true])
  })

  test('that come again with the T flag are served once, also on another connection', async () => {
    const { server, served } = await serve()
    const message = mar()
    const [first, second] = [await open(server.port), await open(server.port)]
    first.send(message)
    first.socket.destroy()
    await sleep(5)
    second.send({ ...message, hopByHop: 77, retransmitted: true })
    const answer = await second.next()
    expect([resultOf(answer), answer.hopByHop]).toEqual([2001, 77])
    expect(served).toEqual(['alice@home.example'])
  })

  test('of a peer that is gone are served, and nobody gets the answer', async () => {
    const { server, served, logged } = await serve()
    const hand = await open(server.port)
    hand.send(mar())
    await expect.poll(() => served, { interval: 1 }).toHaveLength(1)
    hand.socket.resetAndDestroy()
    const events = () => logged.map(({ event }) => event)
    await expect.poll(events).toEqual(['diameter-peer-up', 'diameter-peer-down'])
    await sleep(40)
    expect(events()).toEqual(['diameter-peer-up', 'diameter-peer-down'])
  })
})

test('more connections than allowed are closed at once, before a word', async () => {
  const { server } = await serve({ maxConnections: 1 })
  await open(server.port)
  const second = await dialByHand(server.port)
  second.send(cer('bsf2.home.example', APPLICATION))
  cleanups.push(() => second.socket.destroy())
  await second.ended
  expect(second.inbox).toEqual([])
})

describe('closing', () => {
  test('what is being served gets its answer, then DPR; new connections are refused', async () => {
    const { server, served } = await serve()
    const hand = await open(server.port)
    hand.send(mar())
    await expect.poll(() => served, { interval: 1 }).toHaveLength(1)
    const closed = server.close()
    expect(resultOf(await hand.next())).toBe(2001)
    expect((await hand.next()).commandCode).toBe(282)
    hand.socket.destroy()
    await closed
    const late = connect(server.port, '127.0.0.1')
    await expect(once(late, 'connect')).rejects.toThrow('ECONNREFUSED')
  })

  test('a TLS handshake that never ends holds nothing up', async () => {
    const { certificatePem, privateKeyPem } = testCertificate()
    const { server } = await serve({
      tls: { certificatePem, privateKeyPem, clientCa: certificatePem },
    })
    const hand = await dialByHand(server.port)
    hand.write(new Uint8Array([0x16, 0x03, 0x01]))
    await sleep(20)
    const startedAt = performance.now()
    await server.close()
    await hand.ended
    // The handshake itself has ten seconds.
    expect(performance.now() - startedAt).toBeLessThan(8000)
  })
})

test('clear octets on a TLS port end the connection', async () => {
  const { certificatePem, privateKeyPem } = testCertificate()
  const { server } = await serve({
    tls: { certificatePem, privateKeyPem, clientCa: certificatePem },
  })
  const hand = await dialByHand(server.port)
  hand.socket.removeAllListeners('data').resume()
  hand.send(cer(PEER, APPLICATION))
  await hand.ended
})
