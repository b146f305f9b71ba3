import { IncomingMessage, type RequestListener, request as requestHttp } from 'node:http'
import { Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { NAF_FQDN, NAF_IMPI } from '../../naf/naf.fixture.ts'
import { nafUserOf } from './admit.ts'
import { APPLICATIONS } from './frameworks.fixture.ts'
import { type NafServer, startNafServer } from './naf-server.fixture.ts'
import { protectListener } from './protect-listener.ts'

let server: NafServer | undefined
afterEach(() => server?.close())

const BIG = JSON.stringify({ text: 'a'.repeat(300_000) })

describe.each(Object.entries(APPLICATIONS))('%s', (_, application) => {
  test.each([
    ['auth-int', {}],
    ['auth', { tls: true }],
  ] as const)('%s: user, body there and body back', async (__, options) => {
    server = await startNafServer(application, options)
    const { fetch } = server.client()
    const headers = { 'content-type': 'application/json' }
    const got = await fetch(`${server.origin}/mounted/a`)
    expect(await got.json()).toEqual({ identity: NAF_IMPI })
    for (const body of ['{"a":1}', BIG]) {
      const response = await fetch(`${server.origin}/mounted/a?b`, {
        method: 'POST',
        headers,
        body,
      })
      expect(await response.json()).toEqual({ identity: NAF_IMPI, body: JSON.parse(body) })
      expect(response.headers.get('authentication-info')).toContain('rspauth=')
    }
    const head = await fetch(`${server.origin}/mounted/a`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('a stranger gets a challenge, and nothing else', async () => {
    server = await startNafServer(application)
    const [status, headers, body] = await rawRequest(server.port, { host: NAF_FQDN })
    expect([status, body]).toEqual([401, 'bootstrapping required\n'])
    expect(headers['www-authenticate']).toMatch(/^Digest .+SHA-256.+, Digest .+MD5/)
    expect(headers['cache-control']).toBe('no-store')
    expect((await rawRequest(server.port, { host: 'elsewhere.example' }))[0]).toBe(421)
  })
})

describe('X-3GPP-Asserted-Identity', () => {
  test('is the NAF’s, in every form, whatever the client wrote', async () => {
    const seen: unknown[] = []
    const listener: RequestListener = ({ headers, headersDistinct, rawHeaders }, response) => {
      const name = 'x-3gpp-asserted-identity'
      const raw = rawHeaders.filter((__, n) => rawHeaders[n - 1]?.toLowerCase() === name)
      seen.push(headers[name], headersDistinct[name], raw, rawHeaders.length % 2)
      response.end()
    }
    server = await startNafServer((naf) => protectListener(naf, listener))
    const headers = { 'x-3gpp-asserted-identity': '"sip:mallory@example.org"', 'X-Other': 'kept' }
    await server.client().fetch(server.origin, { headers })
    const value = `"${NAF_IMPI}"`
    expect(seen).toEqual([value, [value], [value], 0])
  })
})

describe('a body under auth-int', () => {
  test('of unknown length is 411, one that is too long 413', async () => {
    server = await startNafServer((naf) =>
      protectListener(naf, (_, response) => response.end(), { maxBodyOctets: 10 }),
    )
    const { fetch } = server.client()
    const long = await fetch(server.origin, { method: 'POST', body: 'a'.repeat(11) })
    expect([long.status, long.headers.get('connection')]).toEqual([413, 'close'])
    const fits = await fetch(server.origin, { method: 'POST', body: 'a'.repeat(10) })
    expect(fits.status).toBe(200)
  })
})

test('a request that no NAF has seen has no user', () => {
  expect(() => nafUserOf(new IncomingMessage(new Socket()))).toThrow(TypeError)
})

test('a fault of the NAF is 500 and lets nobody through', async () => {
  const naf = {
    authenticate: () => Promise.reject(new RangeError('a mistake')),
  }
  server = await startNafServer(() => protectListener(naf, (_, response) => response.end('in')))
  const [status, , body] = await rawRequest(server.port, { host: NAF_FQDN })
  expect([status, body]).toEqual([500, 'internal error\n'])
})

function rawRequest(
  port: number,
  headers: Record<string, string>,
): Promise<[number | undefined, IncomingMessage['headers'], string]> {
  return new Promise((resolve, reject) => {
    const sent = requestHttp({ host: '127.0.0.1', port, path: '/mounted/a', headers }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        body += part
      })
      answer.on('end', () => resolve([answer.statusCode, answer.headers, body]))
    })
    sent.once('error', reject).end()
  })
}
