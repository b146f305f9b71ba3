import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { AuthenticationFailed, ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import { utf8 } from '../../octets/octets.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { connectFrameSocket } from './connect-frame-socket.ts'
import { startWebSocketServer, type TestServer } from './ws.fixture.ts'

const subprotocol = 'cpns2.v1'
const opened: { close(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

async function start(...options: Parameters<typeof startWebSocketServer>): Promise<TestServer> {
  const server = await startWebSocketServer(...options)
  opened.push(server)
  return server
}

async function listen(server: Server): Promise<number> {
  opened.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

test.each(['ca', 'pin'] as const)('over TLS, with trust by %s', async (kind) => {
  const certificate = testCertificate()
  const server = await start({}, certificate)
  const trust =
    kind === 'pin' ? { kind, sha256: certificate.pin } : { kind, pem: certificate.certificatePem }
  const url = `wss://localhost:${server.port}/cpns`
  const socket = await connectFrameSocket({ url, subprotocol, trust })
  opened.push(socket)
  const peer = await server.next()
  expect([peer.protocol, peer.extensions]).toEqual([subprotocol, ''])
  peer.send('hello')
  expect(await socket.receive()).toEqual({ kind: 'text', octets: utf8('hello') })
  expect(socket.remoteAddress).toBe('localhost')
})

test('a server with another key never sees the request', async () => {
  const server = await start({}, testCertificate())
  let upgrades = 0
  void server.next().then(() => upgrades++)
  const url = `wss://127.0.0.1:${server.port}/cpns`
  for (const trust of [
    { kind: 'pin', sha256: testCertificate().pin },
    { kind: 'system' },
    undefined,
  ] as const) {
    const attempt = connectFrameSocket({ url, subprotocol, ...(trust && { trust }) })
    await expect(attempt).rejects.toThrow(AuthenticationFailed)
  }
  expect(upgrades).toBe(0)
})

test('without TLS to this machine only', async () => {
  const server = await start()
  const url = `ws://127.0.0.1:${server.port}/pne`
  const socket = await connectFrameSocket({ url, subprotocol })
  opened.push(socket)
  socket.close()
  await socket.closed
  for (const remote of ['ws://cpns.example/', 'ws://192.0.2.1/', 'http://localhost/']) {
    const attempt = connectFrameSocket({ url: remote, subprotocol })
    await expect(attempt).rejects.toThrow(ConfigurationInvalid)
  }
})

test('frames that come together with the answer of the server are not lost', async () => {
  const server = await start()
  const peers = server.next().then((peer) => {
    for (let n = 0; n < 5; n++) peer.send(Uint8Array.of(n))
  })
  const url = `ws://127.0.0.1:${server.port}/pne`
  const socket = await connectFrameSocket({ url, subprotocol })
  opened.push(socket)
  await peers
  for (let n = 0; n < 5; n++) expect((await socket.receive())?.octets).toEqual(Uint8Array.of(n))
})

test.each([
  ['none', false as const],
  ['another one', 'other'],
])('a server that selects %s as subprotocol is not used', async (_, selected) => {
  const server = await start({ handleProtocols: () => selected })
  const url = `ws://127.0.0.1:${server.port}/pne`
  const attempt = connectFrameSocket({ url, subprotocol })
  await expect(attempt).rejects.toThrow(TransportFailed)
  await expect(attempt).rejects.toThrow(/subprotocol/)
})

test('a refusal, a redirect, silence and a hang-up are transport failures', async () => {
  const answers = [
    'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n',
    'nonsense\r\n\r\n',
    '',
    undefined,
  ]
  for (const answer of answers) {
    const port = await listen(
      createServer((connection) => {
        connection.on('error', () => {})
        if (answer === undefined) connection.destroy()
        else connection.write(answer)
      }),
    )
    const url = `ws://127.0.0.1:${port}/pne`
    const attempt = connectFrameSocket({ url, subprotocol, timeoutMs: 200 })
    await expect(attempt).rejects.toThrow(TransportFailed)
    await expect(attempt).rejects.toThrow(`127.0.0.1:${port}`)
  }
})
