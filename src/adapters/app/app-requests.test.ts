import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import { type AppRequests, createAppRequests } from './app-requests.ts'

const closing = new AbortController()
let server: Server | undefined
let requests: AppRequests | undefined
afterEach(async () => {
  await requests?.close()
  server?.closeAllConnections()
  server?.close()
})

/** A server that answers alike. */
async function answering(status: number, headers: Record<string, string>, body: string) {
  server = createServer((_, response) => void response.writeHead(status, headers).end(body))
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  requests = createAppRequests({ url: `http://127.0.0.1:${port}`, apiKey: 'k' }, closing.signal)
  return requests.request('POST', '/api/messages', {})
}

test.each([
  [503, { 'retry-after': '7' }, '{"detail":"full","title":"x"}', 7, 'full'],
  [404, {}, '{"title":"Not Found"}', undefined, 'Not Found'],
  [500, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 'oops', undefined, 'no reason given'],
])(
  'a refusal with %i: status, reason, and when again',
  async (status, headers, body, again, reason) => {
    const refused = await answering(status, headers, body).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      status,
      retryAfterSeconds: again,
      message: `the server refused (status ${status}): ${reason}`,
    })
  },
)

test('success is the answer', async () => {
  expect((await answering(204, {}, '')).statusCode).toBe(204)
})

test('nobody there, and no way there', async () => {
  requests = createAppRequests({ url: 'http://127.0.0.1:1', apiKey: 'k' }, closing.signal)
  await expect(requests.request('GET', '/')).rejects.toThrow(TransportFailed)
  const elsewhere = { url: 'http://192.0.2.1', apiKey: 'k' }
  expect(() => createAppRequests(elsewhere, closing.signal)).toThrow(ConfigurationInvalid)
})

test.each(['k\n', ' k', '', 'k\u00e9'])(
  'a key that fits no header is refused at once: %j',
  (apiKey) => {
    const target = { url: 'http://127.0.0.1:1', apiKey }
    expect(() => createAppRequests(target, closing.signal)).toThrow(ConfigurationInvalid)
  },
)
