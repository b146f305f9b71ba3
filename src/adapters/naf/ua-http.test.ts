import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { NAF_FQDN } from '../../naf/naf.fixture.ts'
import { utf8 } from '../../octets/octets.ts'
import { NAF_CERTIFICATE } from './naf-server.fixture.ts'
import { connectUaHttp, type UaHttp } from './ua-http.ts'

const { certificatePem: cert, privateKeyPem: key } = NAF_CERTIFICATE
const GET = { method: 'GET', path: '/a?b', headers: {}, body: new Uint8Array(0) }
const seen: string[] = []
const servers = [createServer(), createTlsServer({ cert, key })]
let open: UaHttp[]

beforeEach(async () => {
  open = []
  seen.length = 0
  for (const server of servers) {
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        seen.push([request.method, request.headers.host, request.url, body].join(' '))
        response.setHeader('x-many', ['a', 'b'])
        response.end('body')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }
})
afterEach(async () => {
  for (const http of open) await http.close()
  for (const server of servers) {
    server.removeAllListeners('request').closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

function connect(scheme: 'http' | 'https', changes: object = {}): UaHttp {
  const { port } = servers[scheme === 'http' ? 0 : 1]!.address() as AddressInfo
  const http = connectUaHttp({
    url: new URL(`${scheme}://${NAF_FQDN}:4711/`),
    connectTo: { host: '127.0.0.1', port },
    trust: { kind: 'pin', sha256: NAF_CERTIFICATE.pin },
    timeoutMs: 2000,
    maxResponseOctets: 100,
    ...changes,
  })
  open.push(http)
  return http
}

test.each(['http', 'https'] as const)('%s: the URL names, connectTo connects', async (scheme) => {
  const http = connect(scheme)
  const { status, headers, body } = await http.send({ ...GET, method: 'PUT', body: utf8('x') })
  expect([status, headers['x-many'], Buffer.from(body).toString()]).toEqual([
    200,
    ['a', 'b'],
    'body',
  ])
  expect(seen).toEqual([`PUT ${NAF_FQDN}:4711 /a?b x`])
  if (scheme === 'http') expect(http.cipherSuite).toBeUndefined()
  else expect(http.cipherSuite).toBeGreaterThan(0x1300)
})

test.each(['http', 'https'] as const)('%s: 100 Continue is read past', async (scheme) => {
  for (const server of servers) {
    server.prependListener('request', (_request, response) => response.writeContinue())
  }
  const http = connect(scheme)
  expect((await http.send(GET)).status).toBe(200)
  expect((await http.send({ ...GET, method: 'PUT', body: utf8('x') })).status).toBe(200)
})

test('the certificate must hold the name of the URL', async () => {
  const trust = { kind: 'ca', pem: cert }
  await expect(connect('https', { trust }).send(GET)).resolves.toMatchObject({ status: 200 })
  const elsewhere = connect('https', { trust, url: new URL('https://elsewhere.example/') })
  await expect(elsewhere.send(GET)).rejects.toMatchObject({ code: 'authentication-failed' })
})

test('nobody there, and too long an answer', async () => {
  const nobody = connect('http', { connectTo: { host: '127.0.0.1', port: 1 } })
  await expect(nobody.send(GET)).rejects.toMatchObject({ code: 'transport-failed' })
  const short = connect('http', { maxResponseOctets: 2 })
  await expect(short.send(GET)).rejects.toMatchObject({ code: 'transport-failed' })
})

test.each([
  ['a header that is not sent', { headers: { expect: '100-continue' } }],
  ['a header of the connection', { headers: { 'transfer-encoding': 'chunked' } }],
  ['a method that is none', { method: 'GE T' }],
  ['a wrong length', { method: 'PUT', body: utf8('x'), headers: { 'content-length': '2' } }],
])('%s: says so, and the next request is sent', async (_, change) => {
  const http = connect('http')
  await expect(http.send({ ...GET, ...change })).rejects.toMatchObject({
    code: 'configuration-invalid',
  })
  await expect(http.send(GET)).resolves.toMatchObject({ status: 200 })
})
