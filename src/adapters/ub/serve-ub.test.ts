import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { UbRequest, UbResponse } from '../../gba/ub-exchange.ts'
import { fromUtf8, utf8 } from '../../octets/octets.ts'
import { serveUb, type UbServer, type UbServerLimits } from './serve-ub.ts'

const open: UbServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

const OK: UbResponse = {
  status: 200,
  headers: { server: ['bsf; Release-6'], 'www-authenticate': ['a', 'b'] },
  body: utf8('hello'),
}

async function serve(
  answer: (request: UbRequest) => Promise<UbResponse> = async () => OK,
  limits: Partial<UbServerLimits> = {},
) {
  const requests: (UbRequest & { remoteAddress: string })[] = []
  const bsf = {
    handleUb(request: UbRequest, { remoteAddress }: { remoteAddress: string }) {
      requests.push({ ...request, remoteAddress })
      return answer(request)
    },
  }
  const server = await serveUb({ bsf, host: '127.0.0.1', port: 0, limits })
  open.push(server)
  return { port: server.port, server, requests }
}

/** Sends octets, and gives all that comes back until the server closes. */
function converse(port: number, ...parts: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const received: string[] = []
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part)
    })
    socket.on('data', (octets: Buffer) => received.push(octets.toString('latin1')))
    // A reset after the answer is as good as an end.
    socket.on('error', () => {})
    socket.on('close', () => resolve(received.join('')))
  })
}

const CLOSE = 'Connection: close\r\n'

describe('Ub over HTTP, the listener', () => {
  test('a request arrives as it was sent, and the answer as it was given', async () => {
    const { port, requests } = await serve()
    const text = await converse(
      port,
      `GET /a%20b?c HTTP/1.1\r\nHost: bsf.example\r\nAuthorization: Digest a="1"\r\n` +
        `X: 1\r\nx: 2\r\nAUTHORIZATION: Digest b\r\n${CLOSE}\r\n`,
    )
    expect(requests).toEqual([
      {
        method: 'GET',
        uri: '/a%20b?c',
        headers: {
          host: ['bsf.example'],
          authorization: ['Digest a="1"', 'Digest b'],
          x: ['1', '2'],
          connection: ['close'],
        },
        body: new Uint8Array(0),
        remoteAddress: '127.0.0.1',
      },
    ])
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(text).toContain('WWW-Authenticate: a\r\nWWW-Authenticate: b\r\n')
    expect(text).toContain('Content-Length: 5\r\n')
    expect(text.endsWith('\r\n\r\nhello')).toBe(true)
  })

  test('a body arrives whole, up to its limit', async () => {
    const { port, requests } = await serve(undefined, { maxBodyOctets: 10 })
    await converse(
      port,
      `GET / HTTP/1.1\r\nHost: b\r\n${CLOSE}Content-Length: 10\r\n\r\n`,
      '0123456789',
    )
    expect(fromUtf8(requests[0]?.body ?? utf8(''))).toBe('0123456789')
  })

  test.each([
    ['with a length', 'Content-Length: 11\r\n\r\n0123456789a'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n'],
    ['that never ends', `Transfer-Encoding: chunked\r\n\r\n40\r\n${'x'.repeat(64)}`],
  ])('a body %s over the limit is 413', async (_, rest) => {
    const { port, requests } = await serve(undefined, { maxBodyOctets: 10 })
    const text = await converse(port, `GET / HTTP/1.1\r\nHost: b\r\n${rest}`)
    expect(text).toMatch(/^HTTP\/1\.1 413 /)
    expect(requests).toEqual([])
  })

  test('headers over the limit are 431', async () => {
    const { port, requests } = await serve(undefined, { maxHeaderOctets: 1024 })
    const text = await converse(port, `GET / HTTP/1.1\r\nHost: b\r\nX: ${'x'.repeat(2000)}\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 431 /)
    expect(requests).toEqual([])
  })

  test.each([
    'nonsense\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: b\r\nA B: c\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
  ])('what is no HTTP is 400: %j', async (octets) => {
    const { port, requests } = await serve()
    expect(await converse(port, octets)).toMatch(/^HTTP\/1\.1 400 /)
    expect(requests).toEqual([])
  })

  test.each([
    ['headers', 'GET / HTTP/1.1\r\nHost: b\r\n'],
    ['a body', 'GET / HTTP/1.1\r\nHost: b\r\nContent-Length: 10\r\n\r\n012'],
  ])('a client that is slow with %s is cut off', async (_, start) => {
    const { port, requests } = await serve(undefined, { requestTimeoutMs: 100 })
    expect(await converse(port, start)).toMatch(/^HTTP\/1\.1 408 /)
    expect(requests).toEqual([])
  })

  test('connections over the limit are closed', async () => {
    const { port } = await serve(undefined, { maxConnections: 1 })
    const first = connect(port, '127.0.0.1')
    await new Promise((resolve) => {
      first.once('connect', resolve)
    })
    expect(await converse(port, 'GET / HTTP/1.1\r\nHost: b\r\n\r\n')).toBe('')
    first.destroy()
  })

  test('a handler that fails against its promise costs only that connection', async () => {
    let calls = 0
    const { port } = await serve(async () => {
      calls += 1
      if (calls === 1) throw new Error('against the contract')
      return OK
    })
    const request = `GET / HTTP/1.1\r\nHost: b\r\n${CLOSE}\r\n`
    expect(await converse(port, request)).toBe('')
    expect(await converse(port, request)).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('closing lets an answer under way out, and leaves no listener', async () => {
    const waiting: ((response: UbResponse) => void)[] = []
    const { port, server } = await serve(
      () =>
        new Promise((resolve) => {
          waiting.push(resolve)
        }),
    )
    const answered = converse(port, 'GET / HTTP/1.1\r\nHost: b\r\n\r\n')
    while (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const closed = server.close()
    waiting[0]?.(OK)
    expect(await answered).toMatch(/^HTTP\/1\.1 200 /)
    await closed
    await server.close()
    expect(await converse(port, '')).toBe('')
    const again = await serveUb({ bsf: { handleUb: async () => OK }, host: '127.0.0.1', port })
    open.push(again)
    expect(again.port).toBe(port)
  })

  test('a request that hangs does not hold up closing', async () => {
    const { port, server, requests } = await serve(() => new Promise(() => {}))
    const answered = converse(port, 'GET / HTTP/1.1\r\nHost: b\r\n\r\n')
    while (requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await server.close()
    expect(await answered).toBe('')
  })

  test('a port that is taken is a clear error', async () => {
    const { port } = await serve()
    const second = serveUb({ bsf: { handleUb: async () => OK }, host: '127.0.0.1', port })
    await expect(second).rejects.toThrow(
      expect.objectContaining({
        code: 'configuration-invalid',
        message: `cannot listen on 127.0.0.1:${port} (the port is in use)`,
      }),
    )
  })
})
