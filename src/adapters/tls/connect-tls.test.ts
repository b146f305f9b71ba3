import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AuthenticationFailed, TransportFailed } from '../../errors/errors.ts'
import { connectTls, type TlsTarget } from './connect-tls.ts'
import type { ServerCertificate } from './self-signed-certificate.ts'
import { testCertificate } from './tls.fixture.ts'
import type { Trust } from './trust.ts'

let own: ServerCertificate
let other: ServerCertificate
beforeAll(() => {
  own = testCertificate()
  other = testCertificate()
})

const opened: { destroy(): unknown }[] = []
const servers: Server[] = []
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

async function listen<S extends Server>(server: S): Promise<{ server: S; port: number }> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** A TLS server that keeps the application octets it gets and echoes them. */
async function serveTls(certificate: ServerCertificate, options: TlsOptions = {}) {
  const seen: Buffer[] = []
  const { certificatePem: cert, privateKeyPem: key } = certificate
  const tls = createServer({ cert, key, ALPNProtocols: ['http/1.1'], ...options }, (socket) => {
    opened.push(socket)
    socket.on('error', () => {})
    socket.on('data', (octets: Buffer) => {
      seen.push(octets)
      socket.write(octets)
    })
  })
  tls.on('tlsClientError', () => {})
  return { ...(await listen(tls)), seen }
}

async function connect(target: Omit<TlsTarget, 'host'> & { host?: string }): Promise<TLSSocket> {
  const socket = await connectTls({ host: '127.0.0.1', ...target })
  opened.push(socket)
  return socket
}

async function echo(socket: TLSSocket): Promise<string> {
  socket.write('hello')
  const [octets] = (await once(socket, 'data')) as [Buffer]
  return octets.toString()
}

describe.each([
  ['ca', (): Trust => ({ kind: 'ca', pem: own.certificatePem })],
  ['pin', (): Trust => ({ kind: 'pin', sha256: own.pin })],
])('trust by %s', (_, trust) => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('the right server is connected to, %s', async (v) => {
    const { port } = await serveTls(own, { minVersion: v, maxVersion: v })
    const socket = await connect({ port, trust: trust(), alpn: ['h2', 'http/1.1'] })
    expect([socket.getProtocol(), socket.alpnProtocol]).toEqual([v, 'http/1.1'])
    expect(await echo(socket)).toBe('hello')
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'a server with another key never sees an application octet, %s',
    async (v) => {
      const { server, port, seen } = await serveTls(other, { minVersion: v, maxVersion: v })
      const connection = once(server, 'connection') as Promise<[TLSSocket]>
      const attempt = connect({ port, trust: trust() })
      await expect(attempt).rejects.toThrow(AuthenticationFailed)
      const [socket] = await connection
      if (!socket.closed) await once(socket, 'close')
      expect(seen).toEqual([])
    },
  )

  test('TLS 1.1 is refused', async () => {
    const ciphers = 'DEFAULT@SECLEVEL=0'
    const { port } = await serveTls(own, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers })
    await expect(connect({ port, trust: trust() })).rejects.toThrow(TransportFailed)
  })

  test('a server that speaks no TLS, or hangs up, is a transport failure', async () => {
    const plain = createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const mute = createTcpServer((socket) => socket.destroy())
    for (const tcp of [plain, mute]) {
      const { port } = await listen(tcp)
      await expect(connect({ port, trust: trust() })).rejects.toThrow(TransportFailed)
    }
  })

  test('a server that never answers is given up', async () => {
    const { port } = await listen(createTcpServer((socket) => opened.push(socket)))
    const attempt = connect({ port, trust: trust(), timeoutMs: 50 })
    await expect(attempt).rejects.toThrow(TransportFailed)
    await expect(attempt).rejects.toThrow(`127.0.0.1:${port} did not answer within 50 ms`)
  })

  test('nobody listening is a transport failure that names the address', async () => {
    const { server, port } = await listen(createTcpServer())
    server.close()
    await once(server, 'close')
    const attempt = connect({ port, trust: trust() })
    await expect(attempt).rejects.toThrow(TransportFailed)
    await expect(attempt).rejects.toThrow(`127.0.0.1:${port} (ECONNREFUSED)`)
  })

  test('a server that goes away later ends the socket without an unheard error', async () => {
    const { server, port } = await serveTls(own)
    const arrival = once(server, 'secureConnection') as Promise<[TLSSocket]>
    const socket = await connect({ port, trust: trust() })
    socket.on('error', () => {})
    const [peer] = await arrival
    peer.destroy()
    await once(socket, 'close')
    expect(socket.destroyed).toBe(true)
  })
})

describe('the certificate', () => {
  test('without its authority is not trusted by the machine', async () => {
    const { port } = await serveTls(own)
    const attempt = connect({ port, trust: { kind: 'system' } })
    await expect(attempt).rejects.toThrow(AuthenticationFailed)
    await expect(attempt).rejects.toThrow(/self-signed certificate/)
  })

  test('must name the host, or the name that is asked for', async () => {
    const { port } = await serveTls(own)
    const trust = { kind: 'ca', pem: own.certificatePem } as const
    expect(await echo(await connect({ port, trust, serverName: 'localhost' }))).toBe('hello')
    for (const serverName of ['other.example', '192.0.2.1']) {
      const attempt = connect({ port, trust, serverName })
      await expect(attempt).rejects.toThrow(AuthenticationFailed)
      await expect(attempt).rejects.toThrow(/another name/)
    }
  })

  test('must not have expired, unless its key is pinned', async () => {
    const expired = testCertificate({ lifetimeDays: 1 }, Date.UTC(2020, 0, 1))
    const { port } = await serveTls(expired)
    const attempt = connect({ port, trust: { kind: 'ca', pem: expired.certificatePem } })
    await expect(attempt).rejects.toThrow(AuthenticationFailed)
    await expect(attempt).rejects.toThrow(/expired/)
    const pinned = await connect({ port, trust: { kind: 'pin', sha256: expired.pin } })
    expect(await echo(pinned)).toBe('hello')
  })

  test('an upper-case pin is the same pin, a part of it is none', async () => {
    const { port } = await serveTls(own)
    const connectWith = (sha256: string) => connect({ port, trust: { kind: 'pin', sha256 } })
    expect(await echo(await connectWith(own.pin.toUpperCase()))).toBe('hello')
    for (const pin of ['', own.pin.slice(1), 'x']) {
      await expect(connectWith(pin)).rejects.toThrow(AuthenticationFailed)
    }
  })
})

test.each([
  ['an authority', (): Trust => ({ kind: 'ca', pem: own.certificatePem })],
  ['a pin', (): Trust => ({ kind: 'pin', sha256: own.pin })],
])('who trusts the server by %s proves itself with its own certificate', async (_, trustOf) => {
  const client = testCertificate({ asClient: true })
  const { server, port } = await serveTls(own, { requestCert: true, ca: client.certificatePem })
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>
  await connect({ port, serverName: 'localhost', trust: trustOf(), certificate: client })
  const [socket] = await accepted
  expect(socket.authorized).toBe(true)
})
