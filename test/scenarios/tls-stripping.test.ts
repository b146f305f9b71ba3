/**
 * Somebody in the way takes TLS off: answers a client in plain text, sends it to a plain URL, or asks the server
 * in plain text. Not one octet of a message crosses. Design 7
 */
import { once } from 'node:events'
import { type AddressInfo, connect as connectTcp, createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { connectCpnsPost } from '../../src/adapters/http/post-cpns.ts'
import { type ServeCpnsOptions, serveCpns } from '../../src/adapters/http/serve-cpns.ts'
import { testCertificate } from '../../src/adapters/tls/tls.fixture.ts'
import { connectFrameSocket } from '../../src/adapters/ws/connect-frame-socket.ts'
import { ConfigurationInvalid } from '../../src/errors/errors.ts'
import { utf8 } from '../../src/octets/octets.ts'

const SUBPROTOCOL = 'cpns2.v1'
const TYPE = 'application/vnd.oma.cpns+xml'
const MESSAGE = utf8('<ConnectRequest secret="here"/>')
const closes: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closes.splice(0)) await close()
})

/** Answers whatever comes in plain text, and keeps what came. */
async function startStripper(answer: string): Promise<{ port: number; heard: Buffer[] }> {
  const heard: Buffer[] = []
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (octets) => {
      heard.push(octets)
      socket.end(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closes.push(() => server.close())
  return { port: (server.address() as AddressInfo).port, heard }
}

/** A server whose post end point sees what reaches it. */
async function startServer(more: Partial<ServeCpnsOptions> = {}) {
  const tls = testCertificate()
  const seen: string[] = []
  const server = await serveCpns({
    ...{ host: '127.0.0.1', port: 0, tls, ...more },
    post: {
      path: '/cpns',
      async answer(octets) {
        seen.push(new TextDecoder().decode(octets))
        return { status: 307, contentType: TYPE, body: utf8('<ConnectResponse/>') }
      },
    },
  })
  closes.push(() => server.close())
  return { port: server.port, seen, trust: { kind: 'pin', sha256: tls.pin } as const }
}

const REDIRECT = 'HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/cpns\r\nContent-Length: 0\r\n\r\n'
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const UPGRADE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'

test.each([
  ['an answer', ANSWER],
  ['a redirect to http', REDIRECT],
  ['an upgrade', UPGRADE],
])(
  'a client with an https or wss URL hears %s in plain text: it has sent a ClientHello and no more',
  async (_, answer) => {
    const { port, heard } = await startStripper(answer)
    const trust = { kind: 'pin', sha256: 'ab'.repeat(32) } as const
    const client = connectCpnsPost({
      url: `https://127.0.0.1:${port}/cpns`,
      trust,
      timeoutMs: 3000,
    })
    closes.push(() => client.close())
    await expect(client.post(MESSAGE)).rejects.toThrow()
    const url = `wss://127.0.0.1:${port}/cpns`
    await expect(connectFrameSocket({ url, subprotocol: SUBPROTOCOL, trust })).rejects.toThrow()
    expect(heard.length).toBeGreaterThanOrEqual(2)
    const all = Buffer.concat(heard).toString('latin1')
    expect(all).not.toContain('ConnectRequest')
    expect(all).not.toContain(SUBPROTOCOL)
    // Each connection begins with a handshake record. RFC 8446 5.1
    expect(heard.filter((octets) => octets[0] === 0x16).length).toBeGreaterThanOrEqual(2)
  },
)

test('a redirect inside TLS is not followed, to wherever it points', async () => {
  const { port, seen, trust } = await startServer()
  const client = connectCpnsPost({ url: `https://127.0.0.1:${port}/cpns`, trust })
  closes.push(() => client.close())
  expect((await client.post(MESSAGE)).status).toBe(307)
  expect(seen).toHaveLength(1)
})

test('the port of the server takes no plain text, neither a message nor a WebSocket', async () => {
  const { port, seen } = await startServer()
  const head = `Host: 127.0.0.1:${port}\r\nContent-Type: ${TYPE}\r\n`
  const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n`
  for (const text of [
    `POST /cpns HTTP/1.1\r\n${head}Content-Length: ${MESSAGE.length}\r\n\r\n${new TextDecoder().decode(MESSAGE)}`,
    `GET /cpns HTTP/1.1\r\n${head}${upgrade}\r\n`,
  ]) {
    const socket = connectTcp(port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('latin1').on('data', (octets: string) => {
      answer += octets
    })
    socket.on('error', () => {})
    socket.write(text)
    await once(socket, 'close')
    expect(answer).not.toContain('HTTP/')
  }
  expect(seen).toEqual([])
})

test.each(['192.0.2.1', 'cpns.example.org', '[2001:db8::1]', '0.0.0.0'])(
  'plain text to %s is refused before a connection is tried, for messages and WebSockets',
  async (host) => {
    expect(() => connectCpnsPost({ url: `http://${host}:1/cpns` })).toThrow(ConfigurationInvalid)
    const url = `ws://${host}:1/cpns`
    await expect(connectFrameSocket({ url, subprotocol: SUBPROTOCOL })).rejects.toThrow(
      ConfigurationInvalid,
    )
  },
)
