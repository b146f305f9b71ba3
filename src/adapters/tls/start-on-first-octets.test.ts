import { once } from 'node:events'
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Socket,
} from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls, createServer, type Server } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { startOnFirstOctets } from './start-on-first-octets.ts'
import { testCertificate } from './tls.fixture.ts'

const servers: Server[] = []
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

const { certificatePem: cert, privateKeyPem: key } = testCertificate()

/** A server that gives back what comes, and a TCP connection to it. */
async function begin(timeoutMs = 10_000) {
  const server = createServer({ cert, key, allowHalfOpen: true }, (socket) => socket.pipe(socket))
  servers.push(server)
  startOnFirstOctets(server, timeoutMs)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const open = async (): Promise<Socket> => {
    const { port } = server.address() as AddressInfo
    const tcp = connectTcp({ host: '127.0.0.1', port, allowHalfOpen: true })
    sockets.push(tcp)
    await once(tcp, 'connect')
    return tcp
  }
  return { server, open }
}

/** What comes back through TLS over `tcp`. */
async function exchange(tcp: Socket, sent: string): Promise<string> {
  const tls = connectTls({ socket: tcp, ca: [cert], servername: 'localhost' })
  tls.end(sent)
  return await text(tls)
}

test.each([1, 1_000, 300_000])('%i octets there and back', async (length) => {
  const { open } = await begin()
  const sent = 'x'.repeat(length)
  expect((await exchange(await open(), sent)) === sent).toBe(true)
})

test('a ClientHello that comes in pieces', async () => {
  const { open } = await begin()
  const far = await open()
  const near = await relayInPieces(far)
  expect(await exchange(near, 'hello')).toBe('hello')
})

test('a connection that says nothing is ended in time', async () => {
  const { open } = await begin(50)
  const tcp = await open()
  tcp.resume()
  await once(tcp, 'end')
})

test('so is one that ends without a word, at once', async () => {
  const { open } = await begin()
  const tcp = await open()
  tcp.resume().end()
  await once(tcp, 'close')
})

test('one that is reset harms no other', async () => {
  const { server, open } = await begin()
  const tcp = await open()
  const gone = new Promise((resolve) => {
    server.once('connection', (socket: Socket) => socket.once('close', resolve))
  })
  const other = await open()
  other.resetAndDestroy()
  await gone
  expect(await exchange(tcp, 'still here')).toBe('still here')
})

/** A TCP connection whose first 64 octets to `far` go one by one. */
async function relayInPieces(far: Socket): Promise<Socket> {
  const relay = createTcpServer({ allowHalfOpen: true }, (near) => {
    sockets.push(near)
    far.pipe(near)
    near.once('data', (hello: Buffer) => {
      near.pause()
      void writeInPieces(far, hello).then(() => near.pipe(far))
    })
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const near = connectTcp((relay.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(near)
  await once(near, 'connect')
  relay.close()
  return near
}

async function writeInPieces(socket: Socket, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < 64; at++) {
    socket.write(octets.subarray(at, at + 1))
    await sleep(1)
  }
  socket.write(octets.subarray(64))
}
