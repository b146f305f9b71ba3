import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import type { UbRequest } from '../gba/ub-exchange.ts'
import { formatInitialRequest } from '../gba/ub-messages.ts'
import type { DigestAuthorization } from '../http-digest/digest-headers.ts'
import { fromUtf8, toBase64 } from '../octets/octets.ts'
import {
  answerTo,
  challenged,
  challengeIn,
  createBsfWorld,
  IDENTITY,
  requestWith,
} from './bsf-world.fixture.ts'

const NOBODY = 'nobody@ims.example.org'

describe('message 1', () => {
  test('without Authorization the answer names the realm, and has no nonce', async () => {
    const world = await createBsfWorld()
    const response = await world.ub({ ...formatInitialRequest(IDENTITY), headers: {} })
    expect(response.status).toBe(401)
    expect(challengeIn(response)).toEqual({
      realm: WORKED.bsfName,
      nonce: '',
      algorithm: 'AKAv1-MD5',
      qop: 'auth-int',
    })
    expect(world.asked).toEqual([])
  })

  test('what the UE says in User-Agent changes nothing', async () => {
    const world = await createBsfWorld()
    const request = formatInitialRequest(IDENTITY)
    const headers = { ...request.headers, 'user-agent': ['x; 3gpp-gba-tmpi; 3gpp-gba-uicc; \u{1}'] }
    expect((await world.ub({ ...request, headers })).status).toBe(401)
  })

  test('a TMPI makes the UE start again with its IMPI', async () => {
    const world = await createBsfWorld()
    const response = await world.ub(formatInitialRequest({ ...IDENTITY, username: WORKED.tmpi }))
    expect(response.status).toBe(400)
    expect(fromUtf8(response.body)).toBe('username: unknown TMPI, start again with the IMPI\n')
    expect(world.asked).toEqual([])
  })

  test.each(['nobody', 'a@b@c', '@', 'x y@z', ''])('user name %j is no IMPI', async (username) => {
    const world = await createBsfWorld()
    const response = await world.ub(formatInitialRequest({ ...IDENTITY, username }))
    expect([response.status, fromUtf8(response.body)]).toEqual([
      400,
      'username: not of the form user@domain\n',
    ])
  })

  test.each(['POST', 'HEAD', 'PUT', 'get'])('method %s is not allowed', async (method) => {
    const world = await createBsfWorld()
    const response = await world.ub({ ...formatInitialRequest(IDENTITY), method })
    expect([response.status, response.headers.allow]).toEqual([405, ['GET']])
  })
})

describe('an unknown IMPI and a wrong RES', () => {
  test('look alike: status, headers and body', async () => {
    const world = await createBsfWorld()
    const unknown = await world.ub(formatInitialRequest({ ...IDENTITY, username: NOBODY }))
    const challenge = await challenged(world)
    const wrong = await world.ub(requestWith(answerTo(challenge, { response: '0'.repeat(32) })))
    expect(unknown).toEqual({
      status: 403,
      headers: { server: ['cpns-bsf; Release-6; 3gpp-gba-tmpi'] },
      body: new Uint8Array(0),
    })
    expect(wrong).toEqual(unknown)
  })
})

const bad = async (change: (answer: DigestAuthorization) => UbRequest): Promise<string> => {
  const world = await createBsfWorld()
  const challenge = await challenged(world)
  const response = await world.ub(change(answerTo(challenge)))
  expect(response.status).toBe(400)
  expect(world.store.btids).toEqual([])
  // The challenge is not used up by it.
  expect((await world.ub(requestWith(answerTo(challenge)))).status).toBe(200)
  expect(world.logged[0]).toMatchObject({
    event: 'ub-request-invalid',
    fields: { remoteAddress: '192.0.2.1' },
  })
  return fromUtf8(response.body)
}

test('a uri that a proxy or the UE wrote with the host is the one of the path', async () => {
  const world = await createBsfWorld()
  const absolute = `http://${WORKED.bsfName}/`
  const initial = formatInitialRequest(IDENTITY)
  expect((await world.ub({ ...initial, uri: absolute })).status).toBe(401)
  // RFC 9112 3.2.2: where the request line names a host, the Host header does not count.
  const elsewhere = { ...initial.headers, host: ['other.example'] }
  expect((await world.ub({ ...initial, uri: absolute, headers: elsewhere })).status).toBe(401)
  expect((await world.ub({ ...initial, uri: `${absolute}x` })).status).toBe(400)
})

test('two Host headers are no request. RFC 9112 3.2', async () => {
  const world = await createBsfWorld()
  const initial = formatInitialRequest(IDENTITY)
  const headers = { ...initial.headers, host: [WORKED.bsfName, WORKED.bsfName] }
  const response = await world.ub({ ...initial, headers })
  expect([response.status, fromUtf8(response.body)]).toEqual([400, 'host: doubled\n'])
})

describe('message 3: a header that is wrong is a 400 that names the field', () => {
  const NAMES = [
    'username',
    'realm',
    'nonce',
    'uri',
    'qop',
    'nc',
    'cnonce',
    'response',
    'opaque',
    'algorithm',
  ] as const

  test.each(NAMES)('%s missing', async (name) => {
    const text = await bad((answer) => {
      const { [name]: _, ...others } = answer
      return requestWith(others)
    })
    expect(text).toBe(`${name}: missing\n`)
  })

  test.each(NAMES)('%s doubled', async (name) => {
    const text = await bad((answer) => {
      const header = `${requestWith(answer).headers.authorization?.[0]}, ${name}="x"`
      return { ...requestWith(answer), headers: { authorization: [header] } }
    })
    expect(text).toBe(`${name}: doubled\n`)
  })

  test.each(NAMES.filter((name) => name !== 'nc'))('%s oversized', async (name) => {
    const text = await bad((answer) => requestWith({ ...answer, [name]: 'x'.repeat(5000) }))
    expect(text).toMatch(new RegExp(`^${name}: over \\d+ characters\n$`))
  })

  test.each<[Partial<DigestAuthorization>, string]>([
    [{ realm: 'bsf.other.org' }, 'realm: not the name of this BSF\n'],
    [{ uri: '/other' }, 'uri: not the Request-URI\n'],
    [{ qop: 'auth' }, 'qop: not auth-int\n'],
    [{ nc: '00000002' }, 'nc: not 00000001\n'],
    [{ nc: '1' }, 'nc: malformed\n'],
    [{ algorithm: 'MD5' }, 'algorithm: not AKAv1-MD5\n'],
    [{ opaque: '*' }, 'opaque: not canonical base64\n'],
    [{ auts: 'AAAA' }, 'auts: not 14 octets\n'],
    [{ auts: '*' }, 'auts: not canonical base64\n'],
  ])('%j', async (change, text) => {
    expect(await bad((answer) => requestWith({ ...answer, ...change }))).toBe(text)
  })

  test('Authorization that came twice, or is of another scheme', async () => {
    const twice = await bad((answer) => {
      const [header = ''] = requestWith(answer).headers.authorization ?? []
      return { ...requestWith(answer), headers: { authorization: [header, header] } }
    })
    expect(twice).toBe('authorization: doubled\n')
    const basic = await bad((answer) => ({
      ...requestWith(answer),
      headers: { authorization: ['Basic dTpw'] },
    }))
    expect(basic).toBe('Authorization: not the Digest scheme\n')
    const long = await bad((answer) => ({
      ...requestWith(answer),
      headers: { authorization: [`Digest ${' '.repeat(9000)}`] },
    }))
    expect(long).toBe('Authorization: over 8192 characters\n')
  })
})

describe('what the BSF cannot help', () => {
  test('a store that fails is 503, at message 1 and 3', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    world.store.broken = true
    expect((await world.ub(requestWith(answerTo(challenge)))).status).toBe(503)
    expect((await world.ub(formatInitialRequest(IDENTITY), world.node())).status).toBe(503)
    expect(world.logged.map(({ event }) => event)).toEqual([
      'ub-request-failed',
      'ub-request-failed',
    ])
    world.store.broken = false
    expect((await world.ub(requestWith(answerTo(challenge)))).status).toBe(200)
  })

  test('a fault of our own is 500 and goes to the log', async () => {
    const zh = { requestVector: () => Promise.reject(new TypeError('a fault')) }
    const world = await createBsfWorld({ zh })
    expect((await world.ub(formatInitialRequest(IDENTITY))).status).toBe(500)
    expect(world.logged).toMatchObject([{ level: 'error', fields: { code: 'internal' } }])
  })

  test('an opaque that is base64 of nothing of ours starts anew', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    const opaque = toBase64(new Uint8Array(100))
    const response = await world.ub(requestWith(answerTo(challenge, { opaque })))
    expect(challengeIn(response).stale).toBe('true')
  })
})

test('whatever comes as Authorization, there is an answer, and never a session', async () => {
  const world = await createBsfWorld()
  const whole = requestWith(answerTo(await challenged(world))).headers.authorization?.[0] ?? ''
  const piece = fc.oneof(
    fc.constantFrom(...whole.split(/(?<=, )/)),
    fc.constantFrom('Digest ', 'nonce=""', ',', '"', '\\', '=', 'auts="AAAA"'),
    fc.string({ maxLength: 5 }),
  )
  const header = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''))
  const headers = fc.array(header, { maxLength: 2 })
  await fc.assert(
    fc.asyncProperty(headers, async (authorization) => {
      const request = { ...formatInitialRequest(IDENTITY), headers: { authorization } }
      expect([400, 401, 403]).toContain((await world.ub(request)).status)
    }),
    { seed: 5, numRuns: 500 },
  )
  expect(world.store.btids).toEqual([])
})

test('over its limit a user gets 429, without a vector; the others go on', async () => {
  const world = await createBsfWorld({
    options: { challengeLimits: { perImpi: 2, perAddress: 100 } },
  })
  const ask = async () => (await world.ub(formatInitialRequest(IDENTITY))).status
  expect([await ask(), await ask(), await ask()]).toEqual([401, 401, 429])
  const refused = await world.ub(formatInitialRequest(IDENTITY))
  expect([refused.headers['retry-after'], refused.body.length]).toEqual([['60'], 0])
})

test('over its limit an address gets 429, whoever it asks for; other addresses go on', async () => {
  const world = await createBsfWorld({
    options: { challengeLimits: { perImpi: 100, perAddress: 2 } },
  })
  const ask = async (remoteAddress: string, username: string = WORKED.impi) =>
    (await world.bsf.handleUb(formatInitialRequest({ ...IDENTITY, username }), { remoteAddress }))
      .status
  expect([await ask('192.0.2.7'), await ask('192.0.2.7', NOBODY)]).toEqual([401, 403])
  expect([await ask('192.0.2.7'), await ask('192.0.2.7', NOBODY)]).toEqual([429, 429])
  expect(await ask('192.0.2.8')).toBe(401)
  expect(world.asked).toHaveLength(3)
  await world.clock.advance(60_000)
  expect(await ask('192.0.2.7')).toBe(401)
})
