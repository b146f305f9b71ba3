import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { TransportFailed } from '../../errors/errors.ts'
import type { UbRequest } from '../../gba/ub-exchange.ts'
import { fromUtf8, utf8 } from '../../octets/octets.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { connectUb, parseBsfUrl, type UbConnection } from './connect-ub.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const REQUEST: UbRequest = {
  method: 'GET',
  uri: '/path?q',
  headers: { authorization: ['Digest a="1"'], accept: ['*/*'] },
  body: new Uint8Array(0),
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  cleanUps.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function connected(input: Parameters<typeof connectUb>[0]): UbConnection {
  const ub = connectUb(input)
  cleanUps.push(() => ub.close())
  return ub
}

describe('Ub over HTTP, the UE', () => {
  test('a request is sent as it is, and the answer comes back whole', async () => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`)
      response.writeHead(401, { 'WWW-Authenticate': ['one', 'two'], Server: 'bsf' })
      response.end('sorry')
    })
    const ub = connected({ baseUrl: await listening(server) })
    const response = await ub.exchange(REQUEST)
    expect(seen).toEqual(['GET /path?q Digest a="1"'])
    expect(response.status).toBe(401)
    expect(response.headers).toMatchObject({
      'www-authenticate': ['one', 'two'],
      server: ['bsf'],
    })
    expect(fromUtf8(response.body)).toBe('sorry')
  })

  test('Host is the name of the BSF, wherever the connection goes, with a port that is not 80', async () => {
    const hosts: (string | undefined)[] = []
    const server = createServer((request, response) => {
      hosts.push(request.headers.host)
      response.end()
    })
    const baseUrl = await listening(server)
    const ub = connected({ baseUrl })
    const headers = { ...REQUEST.headers, host: ['bsf.example.org'] }
    await ub.exchange({ ...REQUEST, headers })
    expect(hosts).toEqual([`bsf.example.org:${new URL(baseUrl).port}`])
  })

  test('a body is sent, redirects are not followed', async () => {
    const bodies: string[] = []
    const server = createServer((request, response) => {
      request.on('data', (part) => bodies.push(String(part)))
      request.on('end', () => response.writeHead(302, { location: '/elsewhere' }).end())
    })
    const ub = connected({ baseUrl: await listening(server) })
    const response = await ub.exchange({ ...REQUEST, method: 'POST', body: utf8('body') })
    expect([response.status, bodies]).toEqual([302, ['body']])
  })

  test('nobody there', async () => {
    const server = createTcpServer()
    const baseUrl = await listening(server)
    await new Promise((resolve) => {
      server.close(resolve)
    })
    await expect(connected({ baseUrl }).exchange(REQUEST)).rejects.toThrow(
      new TransportFailed(`the BSF at ${baseUrl} cannot be asked: ECONNREFUSED`),
    )
  })

  test.each([
    ['never answers', () => {}],
    ['drips its answer', (write: (text: string) => void) => drip(write)],
  ])('a server that %s', async (_, act) => {
    const server = createTcpServer((socket) => {
      cleanUps.push(() => socket.destroy())
      act((text) => socket.destroyed || socket.write(text))
    })
    const baseUrl = await listening(server)
    const ub = connected({ baseUrl, timeoutMs: 200 })
    await expect(ub.exchange(REQUEST)).rejects.toThrow(
      new TransportFailed(`the BSF at ${baseUrl} did not answer in time`),
    )
  })

  test('a request that waits for a connection is given up in time too', async () => {
    let connections = 0
    const server = createTcpServer((socket) => {
      connections += 1
      cleanUps.push(() => socket.destroy())
    })
    const baseUrl = await listening(server)
    const ub = connected({ baseUrl, timeoutMs: 200, connections: 1 })
    const asked = [1, 2, 3].map(() => ub.exchange(REQUEST))
    for (const settled of await Promise.allSettled(asked)) {
      expect(settled).toMatchObject({ reason: expect.any(TransportFailed) })
    }
    expect(connections).toBeLessThanOrEqual(2)
  })

  test('an answer that is too long', async () => {
    const server = createServer((_, response) => response.end('x'.repeat(101)))
    const baseUrl = await listening(server)
    await expect(connected({ baseUrl, maxResponseOctets: 100 }).exchange(REQUEST)).rejects.toThrow(
      'sent too long an answer',
    )
    const ub = connected({ baseUrl, maxResponseOctets: 101 })
    expect((await ub.exchange(REQUEST)).body).toHaveLength(101)
  })

  test.each([100, 102, 103])('answers of %i before the final one are read past', async (status) => {
    const server = createTcpServer((socket) => {
      cleanUps.push(() => socket.destroy())
      socket.on('data', () => {
        socket.write(`HTTP/1.1 ${status} Before\r\nserver: proxy\r\n\r\n`)
        socket.write('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n')
      })
    })
    const ub = connected({ baseUrl: await listening(server) })
    const { status: final, headers } = await ub.exchange(REQUEST)
    expect([final, headers]).toEqual([401, { 'content-length': ['0'] }])
  })

  test('a server that talks nonsense, or hangs up', async () => {
    for (const text of ['nonsense\r\n\r\n', '', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nx']) {
      const baseUrl = await listening(createTcpServer((socket) => socket.end(text)))
      await expect(connected({ baseUrl }).exchange(REQUEST)).rejects.toThrow(TransportFailed)
    }
  })

  test('after closing nothing is asked', async () => {
    const server = createServer((_, response) => response.end())
    const ub = connectUb({ baseUrl: await listening(server) })
    await ub.exchange(REQUEST)
    await ub.close()
    await ub.close()
    await expect(ub.exchange(REQUEST)).rejects.toThrow(TransportFailed)
  })

  test.each([
    '',
    'bsf.example',
    'ftp://bsf.example',
    'http://bsf.example/path',
    'http://u:p@b',
    'http://b?q',
  ])('%j is no URL of a BSF', (baseUrl) => {
    expect(() => connectUb({ baseUrl })).toThrow(
      expect.objectContaining({ code: 'configuration-invalid' }),
    )
  })
})

describe('Ub over TLS', () => {
  const CERTIFICATE = testCertificate({ dnsNames: ['localhost'] })

  async function secure(certificate = CERTIFICATE) {
    const heard: (string | undefined)[] = []
    const { certificatePem: cert, privateKeyPem: key } = certificate
    const server = createTlsServer({ cert, key }, (request, response) => {
      heard.push(request.headers.authorization)
      response.writeHead(401).end()
    })
    const { port } = new URL(await listening(server))
    return { baseUrl: `https://localhost:${port}`, heard }
  }

  test.each([
    ['its key', { kind: 'pin', sha256: CERTIFICATE.pin } as const],
    ['an authority', { kind: 'ca', pem: CERTIFICATE.certificatePem } as const],
  ])('a BSF that is known by %s is asked, and the key log gets its secrets', async (_, trust) => {
    const { baseUrl, heard } = await secure()
    const lines: string[] = []
    const ub = connected({ baseUrl, trust, keyLog: { line: (text) => lines.push(text) } })
    expect((await ub.exchange(REQUEST)).status).toBe(401)
    expect(heard).toEqual(['Digest a="1"'])
    expect(lines.join('\n')).toMatch(/^CLIENT_TRAFFIC_SECRET_0 /m)
  })

  test.each([
    [
      'of another key',
      { kind: 'pin', sha256: 'ab'.repeat(32) } as const,
      /the key of localhost:\d+ is not the pinned one$/,
    ],
    [
      'of another authority',
      { kind: 'ca', pem: testCertificate().certificatePem } as const,
      /the certificate of localhost:\d+ is not trusted: /,
    ],
    ['that no authority of the machine knows', undefined, /is not trusted: /],
  ])('a BSF %s hears nothing, and counts as not reached', async (_, trust, message) => {
    const { baseUrl, heard } = await secure()
    const ub = connected({ baseUrl, ...(trust && { trust }) })
    const error: unknown = await ub.exchange(REQUEST).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(TransportFailed)
    expect((error as Error).message).toMatch(/^the BSF at https:\S+ is not the one to trust: /)
    expect((error as Error).message).toMatch(message)
    expect(heard).toEqual([])
  })

  test('a certificate of another name', async () => {
    const other = testCertificate({ dnsNames: ['other.example.org'] })
    const { baseUrl } = await secure(other)
    const ub = connected({ baseUrl, trust: { kind: 'ca', pem: other.certificatePem } })
    await expect(ub.exchange(REQUEST)).rejects.toThrow('it has another name')
  })

  test('nobody there, and one that speaks no TLS', async () => {
    const gone = connected({ baseUrl: 'https://127.0.0.1:1' })
    await expect(gone.exchange(REQUEST)).rejects.toThrow(
      new TransportFailed('the BSF at https://127.0.0.1:1 cannot be asked: ECONNREFUSED'),
    )
    const plain = await listening(createServer((_, response) => response.end()))
    const ub = connected({ baseUrl: plain.replace('http:', 'https:') })
    await expect(ub.exchange(REQUEST)).rejects.toThrow('cannot be asked')
  })
})

test('where a BSF is', () => {
  expect(parseBsfUrl('http://bsf.example.org')).toMatchObject({ port: 80, secure: false })
  expect(parseBsfUrl('https://[::1]:8')).toMatchObject({ host: '::1', port: 8, secure: true })
  expect(parseBsfUrl('https://bsf.example.org').port).toBe(443)
})

function drip(write: (text: string) => void): void {
  write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')
  const timer = setInterval(() => write('x'), 20)
  cleanUps.push(() => clearInterval(timer))
}
