import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { CPNS_MEDIA_TYPE } from '../../cpns/messages.ts'
import { AuthenticationFailed, ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import { utf8 } from '../../octets/octets.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { type CpnsPost, type CpnsPostTarget, connectCpnsPost } from './post-cpns.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()))
})

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const serve = (listener: RequestListener) => listen(createHttpServer(listener))

function connect(target: CpnsPostTarget): CpnsPost {
  const client = connectCpnsPost(target)
  cleanups.push(() => client.close())
  return client
}

test('a message goes out with its media type; status and octets of the answer come back', async () => {
  const seen: unknown[] = []
  const port = await serve((request, response) => {
    seen.push(request.method, request.url, request.headers['content-type'])
    request.pipe(response.writeHead(400))
  })
  const client = connect({ url: `http://127.0.0.1:${port}/cpns?a=b` })
  const octets = Uint8Array.of(0, 1, 254, 255)
  expect(await client.post(octets)).toEqual({ status: 400, body: octets })
  expect(seen).toEqual(['POST', '/cpns?a=b', CPNS_MEDIA_TYPE])
})

test.each(['http', 'https'] as const)('%s: 100 Continue is read past', async (scheme) => {
  const { certificatePem: cert, privateKeyPem: key, pin: sha256 } = testCertificate()
  const server = scheme === 'http' ? createHttpServer() : createHttpsServer({ cert, key })
  server.on('request', (request, response) => {
    response.writeContinue()
    request.pipe(response)
  })
  const port = await listen(server)
  const trust = { kind: 'pin', sha256 } as const
  const client = connect({ url: `${scheme}://127.0.0.1:${port}/cpns`, trust })
  expect(await client.post(utf8('<a/>'))).toEqual({ status: 200, body: utf8('<a/>') })
})

test('connections are kept between messages', async () => {
  const ports = new Set<number | undefined>()
  const port = await serve((request, response) => {
    ports.add(request.socket.remotePort)
    request.resume().on('end', () => response.end())
  })
  const client = connect({ url: `http://localhost:${port}/cpns` })
  for (let n = 0; n < 10; n++) await client.post(utf8('<a/>'))
  expect(ports.size).toBeLessThanOrEqual(2)
})

test('a server with another key gets no octet of a message', async () => {
  const [own, other] = [testCertificate(), testCertificate()]
  let requests = 0
  const port = await listen(
    createHttpsServer({ cert: other.certificatePem, key: other.privateKeyPem }, () => {
      requests++
    }),
  )
  const url = `https://127.0.0.1:${port}/cpns`
  for (const trust of [
    { kind: 'pin', sha256: own.pin },
    { kind: 'ca', pem: own.certificatePem },
    { kind: 'system' },
  ] as const) {
    await expect(connect({ url, trust }).post(utf8('<a/>'))).rejects.toThrow(AuthenticationFailed)
  }
  expect(requests).toBe(0)
})

test('a redirect is an answer like any other, and is not followed', async () => {
  const port = await serve((_, response) => {
    response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
  })
  const client = connect({ url: `http://127.0.0.1:${port}/cpns` })
  expect((await client.post(utf8('<a/>'))).status).toBe(307)
})

test('no answer, a broken one, a late one and a huge one are transport failures', async () => {
  const gone = createTcpServer()
  gone.listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const gonePort = (gone.address() as AddressInfo).port
  gone.close()
  const ports = [
    gonePort,
    await serve((request) => request.socket.destroy()),
    await serve((_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('x')
      response.socket?.destroySoon()
    }),
    await serve(() => {}),
    await serve((_, response) => void response.end('x'.repeat(100_000))),
  ]
  for (const port of ports) {
    const client = connect({ url: `http://127.0.0.1:${port}/cpns`, timeoutMs: 300 })
    const failure = client.post(utf8('<a/>'))
    await expect(failure).rejects.toThrow(TransportFailed)
    await expect(failure).rejects.toThrow(`127.0.0.1:${port}`)
  }
})

test('a message is sent once, even if the connection breaks on it', async () => {
  let requests = 0
  const port = await serve((request) => {
    requests++
    request.socket.destroy()
  })
  const client = connect({ url: `http://127.0.0.1:${port}/cpns` })
  await expect(client.post(utf8('<a/>'))).rejects.toThrow(TransportFailed)
  expect(requests).toBe(1)
})

test('a closed client sends nothing more', async () => {
  const client = connect({ url: 'http://127.0.0.1:9/cpns' })
  await client.close()
  await client.close()
  await expect(client.post(utf8('<a/>'))).rejects.toThrow(TransportFailed)
})

test('plain text goes to this machine only', () => {
  expect(() => connectCpnsPost({ url: 'http://cpns.example/cpns' })).toThrow(ConfigurationInvalid)
})
