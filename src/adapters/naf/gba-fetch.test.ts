import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { NAF_FQDN } from '../../naf/naf.fixture.ts'
import { utf8 } from '../../octets/octets.ts'
import { nafUserOf } from './admit.ts'
import { type NafServer, startNafServer } from './naf-server.fixture.ts'
import { protectListener } from './protect-listener.ts'

const echo: RequestListener = (request, response) => {
  void text(request).then((body) => {
    const { method, url, headers } = request
    const { keyUse } = nafUserOf(request)
    const asserted = headers['x-3gpp-asserted-identity']
    const agent = headers['user-agent']
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ method, url, body, asserted, keyUse, agent }))
  })
}

let server: NafServer | undefined
afterEach(() => server?.close())

const start = async (...[options, listener = echo]: [object?, RequestListener?]) => {
  server = await startNafServer((naf) => protectListener(naf, listener), options)
  return server
}

describe('one request', () => {
  test.each([
    ['without TLS', {}, '0100000002'],
    ['over TLS 1.3', { tls: true }, /^01000113/],
    ['over TLS 1.2', { tls: { maxVersion: 'TLSv1.2' } }, /^010001c0/],
  ])('%s is authenticated with the key for that connection', async (_, options, uaId) => {
    const { client, origin, wanted, asked } = await start(options)
    const init = { method: 'put', body: 'hello', headers: { 'x-a': 'b' } }
    const response = await client().fetch(`${origin}/a/b?c=%20d`, init)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      url: '/a/b?c=%20d',
      body: 'hello',
    })
    expect(wanted).toHaveLength(1)
    expect(wanted[0]?.nafId.uaId).toMatch(uaId)
    expect(asked[0]?.nafId).toEqual(wanted[0]?.nafId)
  })

  test.each([
    [null, ''],
    [new URLSearchParams({ a: '1' }), 'a=1'],
    [utf8('octets').buffer as ArrayBuffer, 'octets'],
    [new Blob(['blob']), 'blob'],
    [new Response('stream').body, 'stream'],
  ])('has a body as fetch takes it: %s', async (body, text) => {
    const { client, origin } = await start()
    const response = await client().fetch(origin, { method: 'POST', body })
    expect(await response.json()).toMatchObject({ body: text })
  })

  test('says what a form is, unless the caller does', async () => {
    const typed: RequestListener = (request, response) => {
      response.end(request.headers['content-type'])
    }
    const { client, origin } = await start({}, typed)
    const typeOf = async (headers = {}) => {
      const init = { method: 'POST', headers, body: new URLSearchParams({ a: '1' }) }
      return (await client().fetch(origin, init)).text()
    }
    expect(await typeOf()).toBe('application/x-www-form-urlencoded;charset=UTF-8')
    expect(await typeOf({ 'content-type': 'text/x' })).toBe('text/x')
  })

  test('answers the form of the realm that there is a key for', async () => {
    const { client, origin } = await start({ keyUses: ['UICC', 'ME'] })
    for (const keyUse of ['UICC', 'ME'] as const) {
      const response = await client({ keyUses: [keyUse] }).fetch(origin)
      expect(await response.json()).toMatchObject({ keyUse })
    }
  })

  test('says in User-Agent which keys it has, unless another one is given', async () => {
    const { client, origin } = await start({ keyUses: ['UICC', 'ME'] })
    const agentOf = async (keyUses?: readonly ('ME' | 'UICC')[], headers = {}) => {
      const response = await client(keyUses && { keyUses }).fetch(origin, { headers })
      return ((await response.json()) as { readonly agent: string }).agent
    }
    expect(await agentOf()).toBe('cpns 3gpp-gba')
    expect(await agentOf(['UICC', 'ME'])).toBe('cpns 3gpp-gba-uicc 3gpp-gba')
    expect(await agentOf(undefined, { 'user-agent': 'mine' })).toBe('mine')
  })

  test('to somebody who asks for no key is passed through', async () => {
    const open = createServer((_, response) => void response.writeHead(204).end())
    await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve))
    const { port } = open.address() as AddressInfo
    const { client } = await start()
    const connectTo = { host: '127.0.0.1', port }
    const response = await client({ connectTo }).fetch(`http://${NAF_FQDN}/`)
    expect([response.status, await response.text()]).toEqual([204, ''])
    open.closeAllConnections()
    open.close()
  })
})

describe('many requests', () => {
  test('need one challenge and one key', async () => {
    let requests = 0
    const { client, origin, wanted } = await start({}, (request, response) => {
      requests += 1
      echo(request, response)
    })
    const { fetch } = client()
    await fetch(origin)
    const all = await Promise.all(Array.from({ length: 20 }, () => fetch(origin)))
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect([requests, wanted.length]).toEqual([21, 1])
  })

  test('go on with the next nonce, and with a new one when it was too late', async () => {
    const { client, origin, wanted, clock } = await start({ nonceLifetimeMs: 60_000 })
    const { fetch } = client()
    for (const elapsedMs of [0, 40_000, 40_000, 100_000]) {
      await clock.advance(elapsedMs)
      expect((await fetch(origin)).status).toBe(200)
    }
    // A key that is fetched again for a new nonce is the same one.
    expect(wanted.every(({ refused }) => refused === undefined)).toBe(true)
  })

  test('bootstrap anew when the NAF asks for it', async () => {
    const { client, origin, wanted, keys, clock } = await start({ znLimits: { positiveMs: 1 } })
    const { fetch } = client()
    await fetch(origin)
    // Somebody else bootstraps with the card: the B-TID of this client is over.
    await keys.obtain({ ...wanted[0]!, refused: 'x' as never })
    await clock.advance(10)
    expect((await fetch(origin)).status).toBe(200)
    expect(wanted.at(-1)?.refused).toMatch(/@bsf\.example\.org$/)
  })

  test('end with the 401 that no new key mends', async () => {
    const running = await start()
    running.answer = { outcome: 'transaction-identifier-invalid' }
    const response = await running.client().fetch(running.origin)
    expect(response.status).toBe(401)
    expect(running.wanted).toHaveLength(2)
  })

  test('end with a refusal at once', async () => {
    const running = await start()
    running.answer = { outcome: 'not-authorized' }
    expect((await running.client().fetch(running.origin)).status).toBe(403)
    expect(running.wanted).toHaveLength(1)
  })
})

describe('a server that is not believed', () => {
  test('because it asks for the key of another NAF', async () => {
    const { client, port, wanted } = await start({ hostAliases: { 'evil.example': NAF_FQDN } })
    const fetched = client().fetch(`http://evil.example:${port}/`)
    await expect(fetched).rejects.toMatchObject({ code: 'authentication-failed' })
    expect(wanted).toEqual([])
  })

  test.each([
    ['because its rspauth is wrong', 'rspauth="00000000", qop=auth-int'],
    ['because it protects no body without TLS', ''],
  ])('%s', async (_, info) => {
    const { client, origin } = await start({}, (__, response) => {
      const { setHeader } = response
      response.setHeader = (name, value) =>
        setHeader.call(response, name, name === 'Authentication-Info' ? info : value)
      response.end('evil')
    })
    await expect(client().fetch(origin)).rejects.toMatchObject({ code: 'authentication-failed' })
  })

  test('but not a refusal that is streamed: nothing in it has to be believed', async () => {
    const { client, origin } = await start({}, (_, response) => {
      response.writeHead(404).write('not ')
      response.end('here')
    })
    const response = await client().fetch(origin)
    expect([response.status, await response.text()]).toEqual([404, 'not here'])
  })

  test('because it streams without TLS; with TLS that is fine', async () => {
    const stream: RequestListener = (_, response) => {
      response.write('a')
      response.end('b')
    }
    const plain = await start({}, stream)
    await expect(plain.client().fetch(plain.origin)).rejects.toThrow('did not protect its answer')
    await plain.close()
    const { client, origin } = await start({ tls: true }, stream)
    expect(await (await client().fetch(origin)).text()).toBe('ab')
  })

  test('because of its certificate', async () => {
    const { client, origin } = await start({ tls: true })
    const fetched = client({ trust: { kind: 'system' } }).fetch(origin)
    await expect(fetched).rejects.toMatchObject({ code: 'authentication-failed' })
  })
})

describe('what cannot be asked', () => {
  test.each([
    'naf.example.org',
    'ftp://naf.example.org/',
    'http://user:pass@naf.example.org/',
    'http://192.0.2.1/',
    'http://[::1]:80/',
  ])('%s', async (url) => {
    const { client } = await start()
    await expect(client().fetch(url)).rejects.toMatchObject({ code: 'configuration-invalid' })
  })

  test('a server that is not there, one that says too much, and one that was given up', async () => {
    const { client, origin, port } = await start()
    const failed = { code: 'transport-failed' }
    const nowhere = client({ connectTo: { host: '127.0.0.1', port: 1 } }).fetch(origin)
    await expect(nowhere).rejects.toMatchObject(failed)
    await expect(client({ maxResponseOctets: 3 }).fetch(origin)).rejects.toMatchObject(failed)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(client().fetch(`http://${NAF_FQDN}:${port}/`, { signal })).rejects.toThrow(
      'enough',
    )
  })

  test('after it was closed, twice', async () => {
    const { client, origin } = await start()
    const one = client()
    await one.fetch(origin)
    await one.close()
    await one.close()
    expect((await one.fetch(origin)).status).toBe(200)
  })
})
