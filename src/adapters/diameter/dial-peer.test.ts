import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { DISCONNECT_PEER } from '../../diameter/base/base-commands.ts'
import { writeRequest } from '../../diameter/base/command.ts'
import { fromHex, utf8 } from '../../octets/octets.ts'
import { systemClock } from '../system/system-clock.ts'
import { type DialedPeer, type DiameterTarget, dialPeer } from './dial-peer.ts'
import { cea, dwr, type HandPeer, handPeer, testPorts } from './diameter.fixture.ts'
import { createDiameterNode, type DiameterPorts } from './diameter-node.ts'
import { serveDiameter } from './serve-node.ts'

const APPLICATION = 16_777_221
const HSS = { originHost: 'hss.home.example', originRealm: 'home.example', host: '127.0.0.1' }
const BSF = { originHost: 'bsf.home.example', originRealm: 'home.example' }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp()
})

async function serve() {
  const options = { ...HSS, port: 0, applicationId: APPLICATION }
  const server = await serveDiameter(options, [], testPorts('hss'))
  const proxy = await startTcpProxy(server.port)
  cleanups.push(async () => {
    await server.close()
    await proxy.close()
  })
  return proxy
}

function dial(
  target: Partial<DiameterTarget> & { readonly port: number },
  changes: Partial<DiameterPorts> = {},
  watchdogMs = 100,
) {
  const ports = { ...testPorts('bsf'), ...changes }
  const options = { ...BSF, applicationId: APPLICATION, watchdogMs }
  const node = createDiameterNode(options, ports)
  const desk = () => Promise.reject(new Error('nobody asks'))
  const whole = { host: '127.0.0.1', originHost: HSS.originHost, ...target }
  const peer = dialPeer(whole, { ...node, desk }, ports)
  cleanups.push(() => peer.close())
  return { peer, logged: ports.logged }
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 15_000
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error('it does not come to that')
    await sleep(5)
  }
}

const isUsable = (peer: DialedPeer) => () => peer.condition === 'usable'

test('a peer is connecting, then usable, and down when it is closed', async () => {
  const { port } = await serve()
  const { peer } = dial({ port, realms: ['home.example'] })
  expect(peer).toMatchObject({ originHost: HSS.originHost, realms: ['home.example'] })
  expect(peer.condition).toBe('connecting')
  await peer.whenDecided()
  expect(peer.condition).toBe('usable')
  await peer.whenDecided()
  await peer.close()
  expect(peer.condition).toBe('down')
})

test('a peer that is another one than expected is not used', async () => {
  const { port } = await serve()
  const { peer, logged } = dial({ port, originHost: 'other.example' })
  await peer.whenDecided()
  expect(peer.condition).toBe('down')
  await until(() => logged.length > 0)
  expect(logged[0]?.fields).toMatchObject({ reason: expect.stringContaining('unknown peer') })
})

test('a connection that is lost is made anew', async () => {
  const proxy = await serve()
  const { peer } = dial({ port: proxy.port })
  await peer.whenDecided()
  await proxy.vanish()
  await until(() => peer.condition === 'down')
  await proxy.comeBack()
  await until(isUsable(peer))
})

test('a peer that is silent is not used after two watchdogs, and another connection after three', async () => {
  const proxy = await serve()
  const { peer, logged } = dial({ port: proxy.port })
  await peer.whenDecided()
  proxy.stall()
  await until(() => peer.condition === 'down')
  await until(isUsable(peer))
  const down = logged.find(({ event }) => event === 'diameter-peer-down')
  expect(down?.fields).toMatchObject({ reason: 'no answer to the watchdog' })
})

test('a connection that is quiet stays, by its watchdogs', async () => {
  const proxy = await serve()
  // Both ends are in this process: a watchdog has to be longer than it may stand still.
  const { peer, logged } = dial({ port: proxy.port }, {}, 400)
  await peer.whenDecided()
  await sleep(2000)
  expect(peer.condition).toBe('usable')
  expect(logged.map(({ event }) => event)).toEqual(['diameter-peer-up'])
})

test('a connection stays longer than connecting may take, also if nothing is said', async () => {
  const proxy = await serve()
  const { peer, logged } = dial({ port: proxy.port }, {}, 30_000)
  await peer.whenDecided()
  await sleep(3500)
  expect(logged.map(({ event }) => event)).toEqual(['diameter-peer-up'])
})

test('a connection that has lasted ten seconds is followed by a short wait again', async () => {
  const proxy = await serve()
  await proxy.vanish()
  let aheadMs = 0
  const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aheadMs }
  const { peer, logged } = dial({ port: proxy.port }, { clock }, 5000)
  const waits = () =>
    logged.flatMap(({ event, fields }) => (event === 'diameter-peer-down' ? [fields?.retryMs] : []))
  await until(() => waits().length === 2)
  await proxy.comeBack()
  await until(isUsable(peer))
  aheadMs = 10_000
  await proxy.vanish()
  const before = waits().length
  await until(() => waits().length > before)
  expect([waits()[1], waits()[before]]).toEqual([200, 100])
})

test('waits grow, up to half a minute, and no request waits for them', async () => {
  const proxy = await serve()
  await proxy.vanish()
  const clock = createVirtualClock()
  const { peer, logged } = dial({ port: proxy.port }, { clock })
  const waits: number[] = []
  while (waits.length < 11) {
    await until(() => logged.length > waits.length)
    expect(peer.condition).toBe('down')
    expect(await peer.request({} as never, 1000)).toEqual({ outcome: 'lost' })
    const waitMs = Number(logged[waits.length]?.fields?.retryMs)
    waits.push(waitMs)
    // A quarter more or less, drawn each time.
    await clock.advance(waitMs * 1.25)
  }
  expect(waits.slice(0, 4)).toEqual([100, 200, 400, 800])
  expect(waits.at(-1)).toBe(30_000)
  await peer.close()
  expect(clock.pendingTimers()).toBe(0)
})

/** A server that says what it is told: on each connection the next thing. */
async function listenByHand(...words: readonly ((hand: HandPeer) => Promise<unknown>)[]) {
  const hands: HandPeer[] = []
  const server = createServer((socket) => {
    const hand = handPeer(socket)
    const speak = words[Math.min(hands.length, words.length - 1)]
    hands.push(hand)
    // A connection that ends while it speaks is what some of them are about.
    speak?.(hand).catch(() => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    for (const { socket } of hands) socket.destroy()
    server.close()
  })
  return { hands, port: (server.address() as AddressInfo).port }
}

const welcome = async (hand: HandPeer, name = HSS.originHost) =>
  hand.send(cea(await hand.next(), name, APPLICATION))

describe('a peer that answers with', () => {
  test.each([
    ['text', async (hand: HandPeer) => hand.write(utf8('HTTP/1.1 400 Bad Request\r\n\r\n'))],
    ['a length of 0', async (hand: HandPeer) => hand.write(fromHex('01000000'))],
    ['a length of 16 MB', async (hand: HandPeer) => hand.write(fromHex('01fffffc'))],
    [
      'a CEA to another CER',
      async (hand: HandPeer) => {
        const cer = await hand.next()
        hand.send(cea({ ...cer, hopByHop: cer.hopByHop ^ 1 }, HSS.originHost, APPLICATION))
      },
    ],
    ['the name of another', (hand: HandPeer) => welcome(hand, 'other.example')],
    ['the end', async (hand: HandPeer) => hand.socket.destroy()],
  ])('%s is left, and tried again', async (_, speak) => {
    const { hands, port } = await listenByHand(speak, welcome)
    const { peer, logged } = dial({ port })
    await until(isUsable(peer))
    expect(hands).toHaveLength(2)
    await hands[0]?.ended
    expect(logged.map(({ event }) => event)).toEqual(['diameter-peer-down', 'diameter-peer-up'])
  })

  test('garbage in the middle is left; what it was asked is lost', async () => {
    const { hands, port } = await listenByHand(async (hand) => {
      await welcome(hand)
      await hand.next()
      hand.write(new Uint8Array(1000))
    }, welcome)
    const { peer } = dial({ port })
    await until(isUsable(peer))
    const request = { ...cea(dwr('x'), 'x', APPLICATION), request: true, commandCode: 303 }
    const asked = peer.request({ ...request, applicationId: APPLICATION }, 10_000)
    expect(await asked).toEqual({ outcome: 'lost' })
    await hands[0]?.ended
    await until(isUsable(peer))
  })
})

test.each([
  ['BUSY', 30_000],
  ['DO_NOT_WANT_TO_TALK_TO_YOU', 30_000],
  ['REBOOTING', 100],
] as const)('a peer that leaves by DPR (%s) is called back in %i ms', async (cause, retryMs) => {
  let calls = 0
  const { port } = await listenByHand(async (hand) => {
    calls += 1
    await welcome(hand)
    const origin = { originHost: HSS.originHost, originRealm: HSS.originRealm }
    const values = { ...origin, disconnectCause: cause }
    hand.send(writeRequest(DISCONNECT_PEER, values, { hopByHop: 1, endToEnd: 1 }))
    await hand.next()
    hand.socket.end()
  })
  const { peer, logged } = dial({ port })
  await until(() => logged.length > 1)
  expect(logged[1]).toMatchObject({ event: 'diameter-peer-down', fields: { retryMs } })
  // Who did not want to be called back is not, whoever is in a hurry.
  peer.hurry()
  if (cause === 'REBOOTING') await until(() => calls === 2)
  else await sleep(50)
  expect(calls).toBe(cause === 'REBOOTING' ? 2 : 1)
})

test('closing does not wait for a peer that never speaks', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  const { peer } = dial({ port: (server.address() as { port: number }).port })
  await until(() => sockets.length > 0)
  const closed = peer.close()
  expect(peer.condition).toBe('down')
  const startedAt = performance.now()
  await closed
  expect(performance.now() - startedAt).toBeLessThan(5000)
})
