import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { CPNS_MEDIA_TYPE } from '../../cpns/messages.ts'
import { utf8 } from '../../octets/octets.ts'
import { type Log, type LogFields, noLog } from '../../ports/log.ts'
import { createPostHandler, type PostEndpoint } from './answer-post.ts'
import { openRawClient, requestText } from './http.fixture.ts'

const CPNS = { 'content-type': CPNS_MEDIA_TYPE }
const tooLarge = () => ({ contentType: CPNS_MEDIA_TYPE, body: utf8('<Error Status="413"/>') })
const failing = () => Promise.reject(new Error('reason for the log'))
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function openServer(changes: Partial<PostEndpoint> | 'no endpoint' = {}) {
  const seen: { octets: Uint8Array; remoteAddress: string; secure: boolean }[] = []
  const logged: (LogFields | undefined)[] = []
  const endpoint: PostEndpoint = {
    path: '/cpns',
    answer: async (octets, context) => {
      seen.push({ octets, ...context })
      return { status: 200, contentType: CPNS_MEDIA_TYPE, body: utf8('<Answer/>') }
    },
    ...(changes !== 'no endpoint' && changes),
  }
  const log: Log = { ...noLog, error: (_, fields) => void logged.push(fields) }
  const handler = createPostHandler(changes === 'no endpoint' ? undefined : endpoint, {
    secure: false,
    log,
  })
  const server = createServer(handler).listen(0, '127.0.0.1')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const client = await openRawClient((server.address() as AddressInfo).port)
  closers.push(() => client.socket.destroy())
  const answered = async (text: string) => {
    client.write(text)
    await once(client.socket, 'data')
    return client.received()
  }
  return { client, answered, seen, logged }
}

const post = (body: string, headers: Record<string, string> = CPNS) =>
  requestText('POST', '/cpns', { headers, body })

describe('a message', () => {
  test('is handed over octet for octet and answered; the connection goes on', async () => {
    const { client, answered, seen } = await openServer()
    const answer = await answered(post('<a/>'))
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer).toMatch(/content-type: application\/vnd\.oma\.cpns\+xml\r\n/)
    expect(answer).toMatch(/cache-control: no-store\r\n/)
    expect(answer.endsWith('\r\n\r\n<Answer/>')).toBe(true)
    await answered(post('x'.repeat(65_536)))
    expect(seen.map(({ octets }) => octets.length)).toEqual([4, 65_536])
    expect(seen[0]).toEqual({ octets: utf8('<a/>'), remoteAddress: '127.0.0.1', secure: false })
    expect(client.socket.destroyed).toBe(false)
  })

  test('may come in chunks, and with a parameter in its media type', async () => {
    const { answered, seen } = await openServer()
    const mediaType = `${CPNS_MEDIA_TYPE.toUpperCase()} ; charset=utf-8`
    const head = `POST /cpns HTTP/1.1\r\nhost: a\r\ncontent-type: ${mediaType}\r\n`
    const text = `${head}transfer-encoding: chunked\r\n\r\n2\r\n<a\r\n2\r\n/>\r\n0\r\n\r\n`
    expect(await answered(text)).toMatch(/^HTTP\/1\.1 200/)
    expect(seen[0]?.octets).toEqual(utf8('<a/>'))
  })

  test('that is empty is the end point\u2019s to judge', async () => {
    const { answered, seen } = await openServer()
    expect(await answered(post(''))).toMatch(/^HTTP\/1\.1 200/)
    expect(seen[0]?.octets.length).toBe(0)
  })
})

describe('a refusal', () => {
  const cases: readonly [string, string, number][] = [
    ['another path', requestText('POST', '/other', { headers: CPNS }), 404],
    ['a longer path', requestText('POST', '/cpns/', { headers: CPNS }), 404],
    ['GET', requestText('GET', '/cpns'), 405],
    ['PUT with a body', requestText('PUT', '/cpns', { headers: CPNS, body: 'x' }), 405],
    ['another media type', post('x', { 'content-type': 'text/xml' }), 415],
    [
      'a media type that only begins alike',
      post('x', { 'content-type': `${CPNS_MEDIA_TYPE}x` }),
      415,
    ],
    ['no media type', post('x', {}), 415],
  ]
  test.each(cases)(
    '%s is answered and the connection closed, not reset',
    async (_, text, status) => {
      const { client, seen } = await openServer()
      client.write(text)
      expect(await client.ended).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(seen).toEqual([])
    },
  )

  test('405 names what is allowed', async () => {
    const { client } = await openServer()
    client.write(requestText('DELETE', '/cpns'))
    expect(await client.ended).toMatch(/\r\nallow: POST\r\n/)
  })

  test('without an end point every path is unknown', async () => {
    const { client } = await openServer('no endpoint')
    client.write(post('x'))
    expect(await client.ended).toMatch(/^HTTP\/1\.1 404/)
  })
})

describe('a message that is too large', () => {
  test.each([
    ['by one octet', 65_537],
    ['by far', 3_000_000],
  ])('%s gets 413 with the body of the end point, and is not reset', async (_, length) => {
    const { client, seen } = await openServer({ tooLarge })
    client.write(post('x'.repeat(length)))
    const answer = await client.ended
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer.endsWith('\r\n\r\n<Error Status="413"/>')).toBe(true)
    expect(seen).toEqual([])
  })

  test('is refused by its announced length alone', async () => {
    const { answered } = await openServer()
    const headers = { ...CPNS, 'content-length': '65537' }
    expect(await answered(post('', headers))).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('is refused in chunks too, as soon as it is', async () => {
    const { client, answered } = await openServer({ tooLarge })
    const head = `POST /cpns HTTP/1.1\r\nhost: a\r\ncontent-type: ${CPNS_MEDIA_TYPE}\r\n`
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    client.write(`${head}transfer-encoding: chunked\r\n\r\n${chunk}`)
    expect(await answered('1\r\nx\r\n')).toMatch(/^HTTP\/1\.1 413 /)
    client.write('0\r\n\r\n')
    await client.ended
  })

  test('is not read for ever', async () => {
    const { client, answered } = await openServer()
    const startMs = performance.now()
    await answered(post('x', { ...CPNS, 'content-length': '1000000' }))
    await client.ended
    expect(performance.now() - startMs).toBeLessThan(4_000)
  })
})

describe('inside', () => {
  test('an end point that fails gives 500 without a reason, and a line in the log', async () => {
    const { client, logged } = await openServer({ answer: failing })
    client.write(post('<a/>'))
    const text = await client.ended
    expect(text).toMatch(/^HTTP\/1\.1 500 /)
    expect(text).not.toContain('reason')
    expect(logged).toEqual([{ path: '/cpns', reason: 'Error: reason for the log' }])
  })

  test('a peer that goes away in the middle of its message is nobody\u2019s error', async () => {
    const { client, seen, logged } = await openServer()
    client.write(post('x', { ...CPNS, 'content-length': '10' }))
    await new Promise((resolve) => setTimeout(resolve, 20))
    client.socket.destroy()
    await client.ended
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([seen, logged]).toEqual([[], []])
  })
})
