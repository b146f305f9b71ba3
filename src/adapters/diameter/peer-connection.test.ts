import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { DISCONNECT_PEER } from '../../diameter/base/base-commands.ts'
import { writeAnswer, writeRequest } from '../../diameter/base/command.ts'
import { type DiameterMessage, encodeMessage } from '../../diameter/base/message.ts'
import type { RequestDesk } from '../../diameter/base/request-desk.ts'
import { concatOctets, fromHex, utf8 } from '../../octets/octets.ts'
import {
  cea,
  cer,
  dialByHand,
  dwr,
  freshIds,
  type HandPeer,
  handPeer,
  openByHand,
  resultOf,
  testPorts,
} from './diameter.fixture.ts'
import { createDiameterNode } from './diameter-node.ts'
import {
  type ConnectionLimits,
  DEFAULT_CONNECTION_LIMITS,
  PeerConnection,
} from './peer-connection.ts'

const APPLICATION = 16_777_221
const NODE = { originHost: 'hss.home.example', originRealm: 'home.example' }
const PEER = 'bsf.home.example'
const SOON_MS = 100

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp()
})

interface World {
  readonly desk?: RequestDesk
  readonly limits?: Partial<ConnectionLimits>
  readonly watchdogMs?: number
}

function input(socket: Socket, { desk = echo, limits, watchdogMs = 30_000 }: World) {
  const ports = testPorts('node')
  const node = createDiameterNode({ ...NODE, applicationId: APPLICATION }, ports)
  const context = node.contextOf(socket, () => true)
  const timings = { capabilitiesMs: SOON_MS, closingMs: SOON_MS, watchdogMs: () => watchdogMs }
  const reported: unknown[] = []
  return {
    socket,
    context: { ...context, timings },
    desk,
    clock: ports.clock,
    limits: { ...DEFAULT_CONNECTION_LIMITS, ...limits },
    log: node.log,
    logged: ports.logged,
    report: (error: unknown) => void reported.push(error),
    reported,
  }
}

/** A listener whose connections are the ones to be tested. */
async function listen(world: World = {}) {
  const connections: PeerConnection[] = []
  const reported: unknown[] = []
  const server = createServer((socket) => {
    const given = input(socket, world)
    const report = (error: unknown): void => void reported.push(error)
    connections.push(new PeerConnection({ ...given, side: 'responder', report }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const hands: HandPeer[] = []
  cleanups.push(async () => {
    for (const hand of hands) hand.socket.destroy()
    await Promise.all(connections.map(({ closed }) => closed))
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const keep = (hand: HandPeer): HandPeer => {
    hands.push(hand)
    return hand
  }
  return {
    reported,
    dial: async () => keep(await dialByHand(port)),
    open: async () => keep(await openByHand(port, PEER, APPLICATION)),
    connection: () => connections.at(-1) as PeerConnection,
  }
}

/** A connection of ours to a hand peer that has answered CER. */
async function dialOut(world: World = {}) {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  const given = input(socket, world)
  const connection = new PeerConnection({ ...given, side: 'initiator' })
  const hand = handPeer((await accepted)[0])
  cleanups.push(async () => {
    hand.socket.destroy()
    await connection.closed
    server.close()
  })
  hand.send(cea(await hand.next(), PEER, APPLICATION))
  await connection.opened
  return { connection, hand, logged: given.logged }
}

const echo: RequestDesk = async (message) => ({ ...message, request: false })

function request(data = new Uint8Array(4)): DiameterMessage {
  return {
    commandCode: 303,
    applicationId: APPLICATION,
    request: true,
    proxiable: true,
    error: false,
    retransmitted: false,
    ...freshIds(),
    avps: [{ code: 1, vendorId: 0, mandatory: true, data }],
  }
}

const header = (hex: string): Uint8Array => fromHex(`${hex}80000117${'00'.repeat(12)}`)
const GARBAGE: readonly (readonly [string, Uint8Array])[] = [
  ['text of another protocol', utf8('GET / HTTP/1.1\r\n\r\n')],
  ['zeros', new Uint8Array(64)],
  ['length 0', header('01000000')],
  ['length 16 MB', header('01fffffc')],
  ['length 21', header('01000015')],
  ['version 2', header('02000014')],
  [
    'an AVP that is longer than its message',
    fromHex(`0100001c80000101${'00'.repeat(12)}0000010840000fff`),
  ],
]

describe('before capabilities are exchanged', () => {
  test.each(GARBAGE)('%s: the connection ends without a word', async (_, octets) => {
    const { dial, connection } = await listen()
    const hand = await dial()
    hand.write(octets)
    await hand.ended
    expect(hand.inbox).toEqual([])
    expect(await connection().opened).toBeUndefined()
  })

  test('a request of an application: the same', async () => {
    const { dial, connection } = await listen()
    const hand = await dial()
    hand.send(request())
    await hand.ended
    expect(await connection().closed).toBe('the first message is no CER')
  })

  test.each([
    ['silence', new Uint8Array(0)],
    ['half a CER', encodeMessage(cer(PEER, APPLICATION)).subarray(0, 30)],
  ])('%s: the time for it is over', async (_, octets) => {
    const { dial, connection } = await listen()
    const hand = await dial()
    hand.write(octets)
    await hand.ended
    expect(await connection().closed).toBe('timeout awaiting-cer')
  })
})

describe('what comes in any pieces', () => {
  test('octet by octet', async () => {
    const { open } = await listen()
    const hand = await open()
    const message = request()
    for (const octet of encodeMessage(message)) {
      hand.write(Uint8Array.of(octet))
      await sleep(0)
    }
    expect((await hand.next()).hopByHop).toBe(message.hopByHop)
  })

  test('many at once, the last one cut in two', async () => {
    const { open } = await listen()
    const hand = await open()
    const requests = Array.from({ length: 50 }, () => request())
    const octets = concatOctets(...requests.map(encodeMessage))
    hand.write(octets.subarray(0, -7))
    await sleep(20)
    hand.write(octets.subarray(-7))
    for (const { hopByHop } of requests) expect((await hand.next()).hopByHop).toBe(hopByHop)
  })

  test('half a message is not waited for without end, though octets go on coming', async () => {
    const { open, connection } = await listen({ limits: { messageTimeoutMs: SOON_MS } })
    const hand = await open()
    const octets = encodeMessage(request(new Uint8Array(1000)))
    let written = 0
    for (const octet of octets) {
      if (hand.socket.destroyed) break
      hand.write(Uint8Array.of(octet))
      written += 1
      await sleep(5)
    }
    expect(await connection().closed).toBe('half a message')
    expect(written).toBeLessThan(octets.length)
  })
})

describe('bad input on an open connection', () => {
  test.each([
    ['text of another protocol', utf8('GET / HTTP/1.1\r\n\r\n')],
    ['zeros', new Uint8Array(64)],
    ['the header of an answer', fromHex(`0200001400000117${'00'.repeat(12)}`)],
    ['half a header', header('02000014').subarray(0, 19)],
  ])('%s: the connection ends without an answer', async (_, octets) => {
    const { open } = await listen()
    const hand = await open()
    hand.write(octets)
    await hand.ended
    expect(hand.inbox).toEqual([])
  })

  test.each([
    ['length 0', header('01000000'), 5015],
    ['length 16 MB', header('01fffffc'), 5015],
    ['length 21', header('01000015'), 5015],
    ['version 2', header('02000014'), 5011],
  ])('a request of %s is answered (%i), and the connection ends', async (_, octets, code) => {
    const { open } = await listen()
    const hand = await open()
    octets.set([1, 2, 3, 4, 5, 6, 7, 8], 12)
    hand.write(octets)
    const answer = await hand.next()
    expect(answer).toMatchObject({ error: true, hopByHop: 0x01020304, endToEnd: 0x05060708 })
    expect(resultOf(answer)).toBe(code)
    await hand.ended
    expect(hand.inbox).toEqual([])
  })

  test('what can be read of a broken request comes back: Session-Id and Proxy-Info', async () => {
    const { open } = await listen()
    const hand = await open()
    const avp = (code: number) => ({ code, vendorId: 0, mandatory: true, data: new Uint8Array(4) })
    const broken = encodeMessage({ ...request(), avps: [avp(263), avp(284), avp(1), avp(284)] })
    broken.set([0x0f, 0xff], 20 + 12 + 12 + 6)
    hand.write(broken)
    const { avps } = await hand.next()
    expect(avps.map(({ code }) => code)).toEqual([263, 268, 264, 296, 281, 279, 284])
  })

  test('a request that cannot be read is answered (5014), and the next one served', async () => {
    const { open } = await listen()
    const hand = await open()
    const broken = encodeMessage(request())
    broken.set([0x0f, 0xff], 26)
    hand.write(broken)
    const { hopByHop } = request()
    const answer = await hand.next()
    expect([resultOf(answer), answer.error, answer.hopByHop]).toEqual([5014, true, hopByHop - 1])
    hand.send(request())
    expect(resultOf(await hand.next())).toBeUndefined()
  })

  test('an answer to nothing is nothing', async () => {
    const { open } = await listen()
    const hand = await open()
    hand.send({ ...request(), request: false }, dwr(PEER))
    expect(resultOf(await hand.next())).toBe(2001)
  })

  test('the socket ends in the middle of a message', async () => {
    const { open, connection } = await listen()
    const hand = await open()
    hand.socket.end(encodeMessage(request()).subarray(0, 25))
    expect(await connection().closed).toBe('the peer closed the connection')
  })
})

describe('what a peer may take', () => {
  test('no more requests are served at once than allowed; the others are served later', async () => {
    let serving = 0
    let most = 0
    const desk: RequestDesk = async (message) => {
      serving += 1
      most = Math.max(most, serving)
      await sleep(10)
      serving -= 1
      return echo(message, { peer: {} as never })
    }
    const { open } = await listen({ desk, limits: { maxServing: 2 } })
    const hand = await open()
    const requests = Array.from({ length: 8 }, () => request())
    for (const message of requests) {
      hand.send(message)
      await sleep(2)
    }
    for (const _ of requests) await hand.next()
    expect(most).toBe(2)
  })

  test('who does not read the answers is not read, and is closed in the end', async () => {
    let served = 0
    const desk: RequestDesk = async (message) => {
      served += 1
      const data = new Uint8Array(60_000)
      return { ...message, request: false, avps: [{ code: 1, vendorId: 0, mandatory: true, data }] }
    }
    const limits = { maxUnsentOctets: 100_000, unsentTimeoutMs: 2 * SOON_MS }
    const { open, connection } = await listen({ desk, limits })
    const hand = await open()
    hand.socket.pause()
    for (let n = 0; n < 2000 && !hand.socket.destroyed; n++) {
      hand.send(request())
      if (n % 50 === 0) await sleep(1)
    }
    expect(await connection().closed).toBe('a peer that does not read')
    expect(served).toBeLessThan(2000)
  })

  test('an answer that fits no message is an answer of failure (5012)', async () => {
    const desk: RequestDesk = async (message) => {
      const data = new Uint8Array(70_000)
      return { ...message, request: false, avps: [{ code: 1, vendorId: 0, mandatory: true, data }] }
    }
    const { open, reported } = await listen({ desk })
    const hand = await open()
    hand.send(request())
    expect(resultOf(await hand.next())).toBe(5012)
    expect(reported).toHaveLength(1)
  })
})

describe('our requests', () => {
  test('answers find their requests in any order', async () => {
    const { connection, hand } = await dialOut()
    const outcomes = [1, 2, 3].map((n) => connection.request(request(Uint8Array.of(n)), 1000))
    const seen = [await hand.next(), await hand.next(), await hand.next()]
    for (const message of seen.toReversed()) hand.send({ ...message, request: false })
    for (const [index, outcome] of (await Promise.all(outcomes)).entries()) {
      expect(outcome).toMatchObject({ message: { avps: [{ data: Uint8Array.of(index + 1) }] } })
    }
  })

  test('no answer in time; the late one is nothing', async () => {
    const { connection, hand } = await dialOut()
    expect(await connection.request(request(), 20)).toEqual({ outcome: 'timeout' })
    hand.send({ ...(await hand.next()), request: false }, dwr(PEER))
    expect(resultOf(await hand.next())).toBe(2001)
  })

  test('an answer to another request is dropped with a line, and the right one waited for', async () => {
    const { connection, hand, logged } = await dialOut()
    const outcome = connection.request(request(), 1000)
    const asked = { ...(await hand.next()), request: false }
    const wrong = { ...asked, commandCode: 310 }
    const unreadable = encodeMessage({ ...asked, endToEnd: asked.endToEnd ^ 1 })
    unreadable.set([0x0f, 0xff], 26)
    hand.send(wrong)
    hand.write(unreadable)
    hand.send(asked)
    const { commandCode, endToEnd } = asked
    expect(await outcome).toMatchObject({ message: { commandCode, endToEnd, error: false } })
    const fields = { peer: PEER, applicationId: APPLICATION }
    expect(logged).toEqual([
      { event: 'diameter-answer-mismatched', fields: { ...fields, commandCode: 310 } },
      { event: 'diameter-answer-mismatched', fields: { ...fields, commandCode: 303 } },
    ])
  })

  test('an answer that cannot be read is an answer with the E flag', async () => {
    const { connection, hand } = await dialOut()
    const outcome = connection.request(request(), 1000)
    const octets = encodeMessage({ ...(await hand.next()), request: false })
    octets.set([0x0f, 0xff], 26)
    hand.write(octets)
    expect(await outcome).toMatchObject({ outcome: 'answered', message: { error: true, avps: [] } })
  })

  test('are lost with the connection, and none is sent any more', async () => {
    const { connection, hand } = await dialOut()
    const outcome = connection.request(request(), 10_000)
    await hand.next()
    hand.socket.resetAndDestroy()
    expect(await outcome).toEqual({ outcome: 'lost' })
    expect(await connection.closed).toBe('ECONNRESET')
    expect(connection.isUsable).toBe(false)
    expect(await connection.request(request(), 1000)).toEqual({ outcome: 'lost' })
  })

  test('of a peer that two watchdogs found silent they are lost, even if it answers after all', async () => {
    const { connection, hand } = await dialOut({ watchdogMs: SOON_MS })
    const outcome = connection.request(request(), 10_000)
    const asked = await hand.next()
    expect((await hand.next()).commandCode).toBe(280)
    while (connection.isUsable) await sleep(5)
    hand.send({ ...asked, request: false })
    expect(await outcome).toEqual({ outcome: 'lost' })
  })

  test.each(['REBOOTING', 'BUSY'] as const)(
    'of a peer that says goodbye (%s) what it still answers counts; the rest is lost with the connection',
    async (disconnectCause) => {
      const { connection, hand } = await dialOut()
      const outcomes = [1, 2].map(() => connection.request(request(), 10_000))
      const [first, second] = [await hand.next(), await hand.next()]
      const origin = { originHost: PEER, originRealm: 'home.example' }
      const dpr = writeRequest(DISCONNECT_PEER, { ...origin, disconnectCause }, freshIds())
      hand.send(dpr, { ...first, request: false })
      expect(await outcomes[0]).toMatchObject({ outcome: 'answered' })
      expect(connection.isUsable).toBe(false)
      expect((await hand.next()).commandCode).toBe(282)
      hand.socket.end()
      expect([await outcomes[1], second.commandCode]).toEqual([{ outcome: 'lost' }, 303])
    },
  )

  test('with as many under way as allowed the connection is not usable', async () => {
    const { connection, hand } = await dialOut({ limits: { maxPending: 1 } })
    expect(connection.isUsable).toBe(true)
    const outcome = connection.request(request(), 1000)
    expect(connection.isUsable).toBe(false)
    hand.send({ ...(await hand.next()), request: false })
    await outcome
    expect(connection.isUsable).toBe(true)
  })
})

describe('the end', () => {
  test('what is being served is served first, then DPR and DPA', async () => {
    const desk: RequestDesk = async (message, from) => {
      await sleep(50)
      return echo(message, from)
    }
    const { open, connection } = await listen({ desk })
    const hand = await open()
    hand.send(request())
    await sleep(10)
    const stopped = connection().stop(1000)
    expect((await hand.next()).commandCode).toBe(303)
    const dpr = await hand.next()
    expect(dpr.commandCode).toBe(282)
    const values = { resultCode: 2001, originHost: PEER, originRealm: 'home.example' }
    hand.send(writeAnswer(DISCONNECT_PEER, values, dpr))
    expect(await stopped).toBe('disconnected by us')
    await hand.ended
  })

  test('nobody is waited for without end: a desk that does not answer, a peer that does not go', async () => {
    const { open, connection } = await listen({ desk: () => new Promise(() => {}) })
    const hand = await open()
    hand.send(request())
    await sleep(10)
    const startedAt = performance.now()
    expect(await connection().stop(SOON_MS)).toBe('timeout closing')
    expect(performance.now() - startedAt).toBeLessThan(5000)
    await hand.ended
  })
})
