import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { TransportFailed } from '../../errors/errors.ts'
import { fromUtf8, utf8 } from '../../octets/octets.ts'
import type { FrameSocket } from '../../ports/frame-socket.ts'
import { createFrameSocket, type FrameSocketOptions, WEB_SOCKET_LIMITS } from './frame-socket.ts'
import { startWebSocketServer, type TestServer } from './ws.fixture.ts'

const MIB = 1024 * 1024
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const binary = (...octets: number[]) =>
  ({ kind: 'binary', octets: Uint8Array.from(octets) }) as const

let server: TestServer
beforeEach(async () => {
  server = await startWebSocketServer()
})
afterEach(() => {
  server.close()
})

/** A `FrameSocket`, and the far end of its connection. */
async function openPair(options: Partial<FrameSocketOptions> = {}) {
  const webSocket = new WebSocket(`ws://127.0.0.1:${server.port}`, WEB_SOCKET_LIMITS)
  const [peer] = await Promise.all([server.next(), once(webSocket, 'open')])
  const socket = createFrameSocket(webSocket, { remoteAddress: '127.0.0.1', ...options })
  return { socket, peer, webSocket }
}

async function receiveAll(socket: FrameSocket): Promise<number[]> {
  const first: number[] = []
  for (;;) {
    const frame = await socket.receive()
    if (frame === undefined) return first
    first.push(frame.octets[0] ?? -1)
  }
}

describe('receiving', () => {
  test('text and binary frames come as plain octets', async () => {
    const { socket, peer } = await openPair()
    peer.send('<a ü/>')
    peer.send(Uint8Array.of(1, 2, 3))
    peer.send(new Uint8Array(0))
    const frames = [await socket.receive(), await socket.receive(), await socket.receive()]
    expect(frames).toEqual([
      { kind: 'text', octets: utf8('<a ü/>') },
      binary(1, 2, 3),
      { kind: 'binary', octets: new Uint8Array(0) },
    ])
    for (const frame of frames) expect(frame?.octets.constructor).toBe(Uint8Array)
  })

  test('what came before the end can be taken, then comes nothing', async () => {
    const { socket, peer } = await openPair()
    for (let n = 0; n < 40; n++) peer.send(Uint8Array.of(n))
    peer.close()
    expect(await receiveAll(socket)).toEqual(Array.from({ length: 40 }, (_, n) => n))
    await socket.closed
    expect(await socket.receive()).toBeUndefined()
  })

  test('the same after a connection that was cut', async () => {
    const { socket, peer } = await openPair()
    for (let n = 0; n < 10; n++) peer.send(Uint8Array.of(n))
    await pause(50)
    peer.terminate()
    await socket.closed
    expect(await receiveAll(socket)).toEqual(Array.from({ length: 10 }, (_, n) => n))
  })

  test('two receives at once are a wrong call', async () => {
    const { socket, peer } = await openPair()
    const first = socket.receive()
    await expect(socket.receive()).rejects.toThrow(TypeError)
    peer.send(Uint8Array.of(7))
    expect(await first).toEqual(binary(7))
  })

  test('a sender is slowed down while nobody receives, and nothing is lost', async () => {
    const { socket, peer } = await openPair()
    const frame = new Uint8Array(MIB)
    let written = 0
    for (let n = 0; n < 40; n++) {
      peer.send(frame.fill(n).slice(), () => {
        written++
      })
    }
    await pause(300)
    const before = written
    expect(before).toBeLessThan(30)
    expect(peer.bufferedAmount).toBeGreaterThan(5 * MIB)
    const numbers: number[] = []
    while (numbers.length < 40) numbers.push((await socket.receive())?.octets[0] ?? -1)
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, n) => n))
    await expect.poll(() => written).toBe(40)
  })
})

describe('limits', () => {
  test('a frame of the largest size comes, a larger one ends the connection', async () => {
    const { socket, peer } = await openPair()
    peer.send(new Uint8Array(WEB_SOCKET_LIMITS.maxPayload))
    expect((await socket.receive())?.octets.length).toBe(MIB + 4096)
    const code = once(peer, 'close').then(([status]) => status as number)
    peer.send(new Uint8Array(WEB_SOCKET_LIMITS.maxPayload + 1))
    expect(await socket.receive()).toBeUndefined()
    await socket.closed
    expect(await code).toBe(1009)
  })

  test('a frame in as many fragments as may be comes, one in more ends the connection', async () => {
    const { socket, peer } = await openPair()
    const sendFragments = (count: number): void => {
      for (let n = 1; n <= count; n++) peer.send(Uint8Array.of(n), { fin: n === count })
    }
    sendFragments(256)
    expect((await socket.receive())?.octets.length).toBe(256)
    const code = once(peer, 'close').then(([status]) => status as number)
    sendFragments(257)
    expect(await socket.receive()).toBeUndefined()
    await socket.closed
    expect(await code).toBe(1008)
  })

  test('text that is not UTF-8 ends the connection', async () => {
    const { socket, peer } = await openPair()
    peer.send(Uint8Array.of(0xff, 0xfe), { binary: false })
    expect(await socket.receive()).toBeUndefined()
    await socket.closed
  })
})

describe('sending', () => {
  test('frames arrive in order and as what they are', async () => {
    const { socket, peer } = await openPair()
    const seen: [Buffer, boolean][] = []
    peer.on('message', (data: Buffer, isBinary: boolean) => seen.push([data, isBinary]))
    const octets = utf8('<a/>')
    await socket.send({ kind: 'text', octets })
    await socket.send(binary(1, 2))
    while (seen.length < 2) await pause(1)
    expect(seen.map(([data, isBinary]) => [data.toString('latin1'), isBinary])).toEqual([
      ['<a/>', false],
      ['\x01\x02', true],
    ])
    // Masking must not change the octets of the caller: hashes cover them.
    expect(fromUtf8(octets)).toBe('<a/>')
  })

  test('it waits while the peer takes nothing', async () => {
    const { socket, peer } = await openPair()
    peer.pause()
    const frame = { kind: 'binary', octets: new Uint8Array(MIB) } as const
    let sent = 0
    const sending = (async () => {
      for (; sent < 40; sent++) await socket.send(frame)
    })()
    await pause(300)
    expect(sent).toBeLessThan(30)
    peer.resume()
    await sending
    expect(sent).toBe(40)
  })

  test('who waits learns that the connection has ended, and so does who sends later', async () => {
    const { socket, peer } = await openPair()
    peer.pause()
    const frame = { kind: 'binary', octets: new Uint8Array(MIB) } as const
    const sending = (async () => {
      for (;;) await socket.send(frame)
    })()
    setTimeout(() => peer.terminate(), 100)
    await expect(sending).rejects.toThrow(TransportFailed)
    await socket.closed
    await expect(socket.send(binary(1))).rejects.toThrow(TransportFailed)
  })
})

describe('closing', () => {
  test('the peer learns the reason, cut to 120 octets between two characters', async () => {
    const reasons: [string, string][] = [
      ['session ended', 'session ended'],
      ['', ''],
      ['ü'.repeat(100), 'ü'.repeat(60)],
      [`x${'€'.repeat(100)}`, `x${'€'.repeat(39)}`],
    ]
    for (const [given, expected] of reasons) {
      const { socket, peer } = await openPair()
      const closing = once(peer, 'close') as Promise<[number, Buffer]>
      socket.close(given)
      socket.close('again')
      const [code, reason] = await closing
      expect([code, reason.toString()]).toEqual([1000, expected])
      await socket.closed
    }
  })

  test('after an own close nothing is received, not even what waits', async () => {
    const { socket, peer } = await openPair()
    for (let n = 0; n < 100; n++) peer.send(Uint8Array.of(n))
    await pause(50)
    socket.close()
    expect(await socket.receive()).toBeUndefined()
    await socket.closed
  })

  test('a peer that never answers the close is cut off', async () => {
    const { socket, peer } = await openPair()
    peer.pause()
    const startMs = performance.now()
    socket.close()
    await socket.closed
    expect(performance.now() - startMs).toBeLessThan(3_000)
  })
})

describe('keeping alive', () => {
  test('a peer that answers pings stays, one that does not is cut off', async () => {
    const { socket, peer } = await openPair({ keepAliveMs: 300 })
    let ended = false
    void socket.closed.then(() => {
      ended = true
    })
    await pause(1000)
    expect(ended).toBe(false)
    peer.pause()
    await socket.closed
  })

  test('a connection that takes longer to open than its pings is opened all the same', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    const held = once(silent, 'connection') as Promise<[Socket]>
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}`, WEB_SOCKET_LIMITS)
    webSocket.on('error', () => {})
    createFrameSocket(webSocket, { remoteAddress: '127.0.0.1', keepAliveMs: 5 })
    const [carrier] = await held
    await pause(50)
    expect(webSocket.readyState).toBe(WebSocket.CONNECTING)
    const closed = new Promise((resolve) => webSocket.once('close', resolve))
    carrier.destroy()
    silent.close()
    await closed
  })

  test('who does not receive for a while is not taken for a dead peer', async () => {
    const { socket, peer, webSocket } = await openPair({ keepAliveMs: 50 })
    for (let n = 0; n < 50; n++) peer.send(new Uint8Array(1000).fill(n))
    await pause(250)
    expect(webSocket.isPaused).toBe(true)
    expect(webSocket.readyState).toBe(WebSocket.OPEN)
    peer.close()
    expect(await receiveAll(socket)).toHaveLength(50)
  })
})

test('frames that are sent in one turn leave together, and those of the next in order', async () => {
  const calls: string[] = []
  const carrier = { cork: () => void calls.push('cork'), uncork: () => void calls.push('uncork') }
  const { socket, peer } = await openPair({ carrier })
  const received: number[] = []
  peer.on('message', (data: Buffer) => received.push(data[0] ?? -1))
  for (let n = 0; n < 5; n++) await socket.send(binary(n))
  await pause(10)
  await socket.send(binary(5))
  await expect.poll(() => received).toEqual([0, 1, 2, 3, 4, 5])
  expect(calls).toEqual(['cork', 'uncork', 'cork', 'uncork'])
})
