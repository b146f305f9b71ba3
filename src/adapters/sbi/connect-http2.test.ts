import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { connectHttp2 } from './connect-http2.ts'
import { linkOptions } from './sbi.fixture.ts'
import { serveSbi } from './serve-sbi.ts'

const REQUEST = { method: 'GET', path: '/a', body: new Uint8Array(0) }

test('without TLS only this machine; nobody there is no answer; closed twice', async () => {
  expect(() => connectHttp2({ apiRoot: 'http://bsf.example' })).toThrow(ConfigurationInvalid)
  const client = connectHttp2({ apiRoot: 'http://127.0.0.1:1', timeoutMs: 1000 })
  expect(await client.ask(REQUEST)).toBeUndefined()
  await client.close()
  await client.close()
})

test('a key that is not the pinned one: no answer, and the server is asked nothing', async () => {
  const asked: string[] = []
  const route = {
    method: 'GET',
    path: /^\/a$/,
    async answer() {
      asked.push('a')
      return { status: 200, contentType: 'a/b', body: new Uint8Array(0) }
    },
  } as const
  const { serve, connect } = linkOptions('pinned', 'naf')
  const server = await serveSbi('HTTP/2', serve, [route])
  const at = { ...connect, apiRoot: `https://127.0.0.1:${server.port}`, timeoutMs: 3000 }
  const wrong = connectHttp2({ ...at, trust: { kind: 'pin', sha256: '00'.repeat(32) } })
  expect(await wrong.ask(REQUEST)).toBeUndefined()
  expect(asked).toEqual([])
  const right = connectHttp2(at)
  const answers = await Promise.all(Array.from({ length: 20 }, () => right.ask(REQUEST)))
  expect(answers.map((answer) => answer?.status)).toEqual(Array.from({ length: 20 }, () => 200))
  await wrong.close()
  await right.close()
  await server.close()
})

test.each([true, 'pinned'] as const)(
  'without a certificate: refused, and closed at once',
  async (tls) => {
    const { serve, connect } = linkOptions(tls, 'naf')
    const { certificate: _, ...nobody } = connect
    const server = await serveSbi('HTTP/2', serve, [])
    const client = connectHttp2({ ...nobody, apiRoot: `https://127.0.0.1:${server.port}` })
    for (let n = 0; n < 3; n += 1) expect(await client.ask(REQUEST)).toBeUndefined()
    const startMs = performance.now()
    await client.close()
    expect(performance.now() - startMs).toBeLessThan(1000)
    await server.close()
  },
)

test.each([131_072, 131_073])('an answer of %d octets', async (octets) => {
  const route = {
    method: 'GET',
    path: /^\/a$/,
    answer: async () => ({ status: 200, contentType: 'a/b', body: new Uint8Array(octets) }),
  } as const
  const server = await serveSbi('HTTP/2', linkOptions(false, 'naf').serve, [route])
  const client = connectHttp2({ apiRoot: `http://127.0.0.1:${server.port}`, timeoutMs: 3000 })
  const answer = await client.ask(REQUEST)
  await client.close()
  await server.close()
  expect(answer?.body.length).toBe(octets === 131_072 ? octets : undefined)
})
