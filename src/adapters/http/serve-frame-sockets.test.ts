import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { TransportFailed } from '../../errors/errors.ts'
import { utf8 } from '../../octets/octets.ts'
import type { FrameSocket } from '../../ports/frame-socket.ts'
import { type LogFields, noLog } from '../../ports/log.ts'
import { connectFrameSocket } from '../ws/connect-frame-socket.ts'
import { openRawClient, requestText } from './http.fixture.ts'
import { type SocketEndpoint, serveFrameSockets } from './serve-frame-sockets.ts'

function failing(): never {
  throw new Error('on purpose')
}

const cleanups: (() => unknown)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

async function serve(changes: Partial<SocketEndpoint> = {}) {
  const accepted: { socket: FrameSocket; remoteAddress: string; secure: boolean }[] = []
  const logged: (LogFields | undefined)[] = []
  const server = createServer().listen(0, '127.0.0.1')
  const frameSockets = serveFrameSockets(
    server,
    {
      path: '/cpns',
      subprotocol: 'cpns2.v1',
      accept: (socket, context) => void accepted.push({ socket, ...context }),
      ...changes,
    },
    { secure: false, log: { ...noLog, error: (_, fields) => void logged.push(fields) } },
  )
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  cleanups.push(
    () => frameSockets.closeAll(),
    () => server.close(),
  )
  const connect = (subprotocol = 'cpns2.v1') =>
    connectFrameSocket({ url: `ws://127.0.0.1:${port}/cpns`, subprotocol })
  return { port, frameSockets, accepted, logged, connect }
}

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'cpns2.v1',
}

/** The status that an upgrade request is answered with. */
async function statusOf(
  port: number,
  changes: Record<string, string> = {},
  path = '/cpns',
): Promise<number> {
  const client = await openRawClient(port)
  cleanups.push(() => client.socket.destroy())
  client.write(requestText('GET', path, { headers: { ...UPGRADE, ...changes } }))
  await once(client.socket, 'data')
  return Number(client.received().split(' ')[1])
}

describe('opening', () => {
  test('a client that offers the subprotocol is accepted, with its address', async () => {
    const { accepted, connect } = await serve()
    const socket = await connect()
    expect(accepted).toMatchObject([{ remoteAddress: '127.0.0.1', secure: false }])
    await socket.send({ kind: 'binary', octets: utf8('abc') })
    const frame = await accepted[0]?.socket.receive()
    expect(frame).toEqual({ kind: 'binary', octets: utf8('abc') })
  })

  test('the right subprotocol is selected among others', async () => {
    const { port } = await serve()
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}/cpns`, ['other', 'cpns2.v1'])
    await once(webSocket, 'open')
    expect(webSocket.protocol).toBe('cpns2.v1')
    expect(webSocket.extensions).toBe('')
  })

  test('frames that come together with the request are not lost', async () => {
    const { port, accepted } = await serve()
    const client = await openRawClient(port)
    cleanups.push(() => client.socket.destroy())
    const frame = '\x82\x82\0\0\0\0hi'
    client.write(requestText('GET', '/cpns', { headers: UPGRADE }) + frame)
    await once(client.socket, 'data')
    expect(await accepted[0]?.socket.receive()).toEqual({ kind: 'binary', octets: utf8('hi') })
  })
})

describe('refusing', () => {
  test.each([
    ['another path', 404, {}, '/other'],
    ['no subprotocol', 400, { 'sec-websocket-protocol': '' }, '/cpns'],
    ['another subprotocol', 400, { 'sec-websocket-protocol': 'cpns2.v2, cpns1.v1' }, '/cpns'],
    ['a web page', 403, { origin: 'https://evil.example' }, '/cpns'],
    ['a web page without an origin', 403, { origin: 'null' }, '/cpns'],
    ['another upgrade', 400, { upgrade: 'h2c' }, '/cpns'],
    ['a key that is none', 400, { 'sec-websocket-key': 'x' }, '/cpns'],
  ])('%s gets %i', async (_, status, changes, path) => {
    const { port, accepted } = await serve({ allowedOrigins: ['https://good.example'] })
    expect(await statusOf(port, changes, path)).toBe(status)
    expect(accepted).toEqual([])
  })

  test('a web page on the list is accepted, octet for octet', async () => {
    const { port } = await serve({ allowedOrigins: ['https://good.example'] })
    expect(await statusOf(port, { origin: 'https://good.example' })).toBe(101)
    for (const origin of ['https://good.example.', 'http://good.example', 'HTTPS://GOOD.example']) {
      expect(await statusOf(port, { origin })).toBe(403)
    }
  })

  test('no web page is on the list unless it is put there', async () => {
    const { port } = await serve()
    expect(await statusOf(port, { origin: 'https://good.example' })).toBe(403)
  })

  test('sockets over the limit get 503 until one has ended', async () => {
    const { port, accepted, connect } = await serve({ maxSockets: 2 })
    const first = await connect()
    await connect()
    expect(await statusOf(port)).toBe(503)
    first.close()
    await accepted[0]?.socket.closed
    await connect()
    expect(accepted).toHaveLength(3)
  })

  test('the client says what it was refused with', async () => {
    const { connect } = await serve()
    await expect(connect('cpns1.v1')).rejects.toThrow(TransportFailed)
    await expect(connect('cpns1.v1')).rejects.toThrow(/400/)
  })
})

describe('ending', () => {
  test('an end point that throws ends that socket, and says so in the log', async () => {
    const { connect, logged } = await serve({ accept: failing })
    await (await connect()).closed
    expect(logged).toEqual([{ path: '/cpns', reason: 'Error: on purpose' }])
  })

  test('all sockets end at once', async () => {
    const { frameSockets, connect, accepted } = await serve()
    const clients = await Promise.all([connect(), connect(), connect()])
    frameSockets.closeAll()
    await Promise.all([...clients, ...accepted.map(({ socket }) => socket)].map((s) => s.closed))
    expect(accepted).toHaveLength(3)
  })
})
