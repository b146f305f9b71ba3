import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { DiameterFailure } from '../../diameter/base/diameter-failure.ts'
import { concatOctets, fromHex } from '../../octets/octets.ts'
import type { Clock } from '../../ports/clock.ts'
import { systemClock } from '../system/system-clock.ts'
import { MessageStream, type StreamLimits } from './message-stream.ts'

const LIMITS = { messageTimeoutMs: 1000, maxUnsentOctets: 100_000, unsentTimeoutMs: 200 }
/** A message of 20 octets. */
const MESSAGE = fromHex(`0100001480000117${'00'.repeat(12)}`)

const cleanups: (() => unknown)[] = []
afterEach(() => {
  for (const cleanUp of cleanups.splice(0)) cleanUp()
})

async function pair(
  onMessage: (frame: Uint8Array) => void = () => {},
  limits: Partial<StreamLimits> = {},
  clock: Clock = systemClock,
) {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const peer = connect({ port: (server.address() as AddressInfo).port, noDelay: true })
  const [socket] = await accepted
  server.close()
  peer.on('error', () => {})
  cleanups.push(() => peer.destroy())
  cleanups.push(() => socket.destroy())
  const broken: (readonly [number, number])[] = []
  const stream: MessageStream = new MessageStream({
    socket,
    clock,
    limits: { ...LIMITS, ...limits },
    onMessage,
    onBroken: (octets, failure) => {
      broken.push([octets.length, failure.resultCode])
      stream.write(MESSAGE)
    },
  })
  return { stream, socket, peer, broken }
}

test('messages come whole, as octets of their own', async () => {
  const frames: Uint8Array[] = []
  const { peer } = await pair((frame) => frames.push(frame))
  peer.write(MESSAGE)
  peer.write(MESSAGE.subarray(0, 7))
  await sleep(20)
  peer.write(MESSAGE.subarray(7))
  await expect.poll(() => frames.length).toBe(2)
  expect(frames).toEqual([MESSAGE, MESSAGE])
  expect(frames.some((frame) => Buffer.isBuffer(frame))).toBe(false)
})

test('a message that nobody can take ends the stream; what follows is not looked at', async () => {
  let taken = 0
  const { stream, peer } = await pair(() => {
    taken += 1
    throw new DiameterFailure('DIAMETER_INVALID_AVP_LENGTH', { reason: 'too long', field: 'AVP' })
  })
  peer.write(Buffer.concat([MESSAGE, MESSAGE]))
  expect(await stream.closed).toBe('AVP: too long')
  expect(taken).toBe(1)
})

test('what cannot be cut is shown once, and an answer to it goes out before the end', async () => {
  const { stream, peer, broken } = await pair()
  const got: Uint8Array[] = []
  peer.on('data', (octets: Uint8Array) => got.push(octets))
  const other = MESSAGE.slice()
  other[0] = 2
  peer.write(concatOctets(other, new Uint8Array(3)))
  expect(await stream.closed).toBe('message: not version 1')
  await once(peer, 'close')
  expect(broken).toEqual([[MESSAGE.length + 3, 5011]])
  expect(concatOctets(...got)).toEqual(MESSAGE)
})

test('halves that become whole in time go on', async () => {
  let taken = 0
  const clock = createVirtualClock()
  const take = (): void => {
    taken += 1
  }
  const { stream, socket, peer } = await pair(take, {}, clock)
  peer.write(MESSAGE.subarray(0, 10))
  await expect.poll(() => socket.bytesRead).toBe(10)
  for (let n = 1; n <= 4; n++) {
    await clock.advance(LIMITS.messageTimeoutMs * 0.6)
    peer.write(Buffer.concat([MESSAGE.subarray(10), MESSAGE.subarray(0, 10)]))
    await expect.poll(() => taken).toBe(n)
  }
  await clock.advance(LIMITS.messageTimeoutMs)
  expect(await stream.closed).toBe('half a message')
})

test('held, nothing is read, and the rest of a message is not missed', async () => {
  let taken = 0
  const { stream, peer } = await pair(() => {
    taken += 1
  })
  peer.write(MESSAGE.subarray(0, 10))
  await sleep(20)
  stream.hold(true)
  peer.write(MESSAGE.subarray(10))
  await sleep(LIMITS.messageTimeoutMs + 250)
  expect(taken).toBe(0)
  stream.hold(false)
  await expect.poll(() => taken).toBe(1)
})

test('what was written goes out before the end', async () => {
  const { stream, peer } = await pair()
  const seen: Buffer[] = []
  peer.on('data', (octets) => seen.push(octets))
  stream.write(MESSAGE)
  stream.write(MESSAGE)
  stream.end('enough')
  stream.end('more than enough')
  stream.write(MESSAGE)
  expect(await stream.closed).toBe('enough')
  await once(peer, 'close')
  expect(Buffer.concat(seen)).toHaveLength(40)
})

test('a peer that does not read is waited for, then left', async () => {
  const { stream, peer } = await pair()
  peer.pause()
  while (!stream.isUnread) {
    stream.write(new Uint8Array(60_000))
    await sleep(1)
  }
  expect(await stream.closed).toBe('a peer that does not read')
})

test('a peer that reads again goes on', async () => {
  const clock = createVirtualClock()
  const { stream, socket, peer } = await pair(() => {}, {}, clock)
  peer.pause()
  while (!stream.isUnread) {
    stream.write(new Uint8Array(60_000))
    await sleep(1)
  }
  expect(socket.isPaused()).toBe(true)
  peer.resume()
  await expect.poll(() => stream.isUnread).toBe(false)
  await clock.advance(2 * LIMITS.unsentTimeoutMs)
  expect([socket.isPaused(), socket.destroyed]).toEqual([false, false])
})

test('an end that the peer does not take is made without it', async () => {
  const { stream, peer } = await pair(() => {}, { maxUnsentOctets: 1e9 })
  peer.pause()
  for (let n = 0; n < 400; n++) stream.write(new Uint8Array(60_000))
  await sleep(20)
  const startedAt = performance.now()
  stream.end('enough')
  expect(await stream.closed).toBe('enough')
  expect(performance.now() - startedAt).toBeLessThan(5000)
})

test('what is written in one turn goes out in pieces of eight messages', async () => {
  const { stream, socket, peer } = await pair()
  const pieces: number[] = []
  const write = socket.write.bind(socket)
  socket.write = (octets: Uint8Array) => {
    pieces.push(octets.length / MESSAGE.length)
    return write(octets)
  }
  for (let n = 0; n < 19; n++) stream.write(MESSAGE)
  expect(pieces).toEqual([8, 8])
  let octets = 0
  peer.on('data', (data) => {
    octets += data.length
  })
  await expect.poll(() => octets).toBe(19 * MESSAGE.length)
  expect(pieces).toEqual([8, 8, 3])
})
