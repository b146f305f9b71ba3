import { describe, expect, test } from 'vitest'
import type { DigestAuthorization } from '../http-digest/digest-headers.ts'
import { formatDigestAuthorization } from '../http-digest/digest-headers.ts'
import { toBase64, utf8 } from '../octets/octets.ts'
import { WORKED } from './gba-facts.fixture.ts'
import type { UbRequest } from './ub-exchange.ts'
import { computeUbResponse, EMPTY_PASSWORD } from './ub-messages.ts'
import { digestOfUbAnswer, readUbRequest, type UbAnswer, verifyUbAnswer } from './ub-server.ts'

const AUTHORIZATION: DigestAuthorization = {
  username: WORKED.impi,
  realm: WORKED.bsfName,
  nonce: WORKED.nonce,
  uri: '/',
  qop: 'auth-int',
  nc: '00000001',
  cnonce: WORKED.cnonce,
  response: WORKED.response,
  opaque: toBase64(utf8('opaque')),
  algorithm: 'AKAv1-MD5',
}

function requestOf(authorization: Partial<DigestAuthorization>): UbRequest {
  const header = formatDigestAuthorization(authorization as DigestAuthorization)
  return { method: 'GET', uri: '/', headers: { authorization: [header] }, body: new Uint8Array(0) }
}

const read = (authorization: Partial<DigestAuthorization>) =>
  readUbRequest(requestOf(authorization), WORKED.bsfName)

describe('requests of Ub, TS 24.109 A.3 and A.4', () => {
  test('without Authorization nobody can be challenged', () => {
    const request = { method: 'GET', uri: '/', headers: {}, body: new Uint8Array(0) }
    expect(readUbRequest(request, WORKED.bsfName)).toEqual({ kind: 'anonymous' })
  })

  test('an empty nonce makes it message 1', () => {
    const initial = { kind: 'initial', username: WORKED.impi }
    const { username, realm, uri } = AUTHORIZATION
    expect(read({ username, realm, uri, nonce: '', response: '' })).toEqual(initial)
    expect(read({ ...AUTHORIZATION, nonce: '', qop: 'auth', nc: '00000007' })).toEqual(initial)
  })

  test('message 3', () => {
    const answer = {
      kind: 'answer',
      username: WORKED.impi,
      nonce: WORKED.nonce,
      opaque: toBase64(utf8('opaque')),
      uri: '/',
      cnonce: WORKED.cnonce,
      response: WORKED.response,
    }
    expect(read(AUTHORIZATION)).toEqual(answer)
    const auts = toBase64(WORKED.auts)
    expect(read({ ...AUTHORIZATION, auts })).toEqual({ ...answer, auts: WORKED.auts })
  })

  const REQUIRED = Object.keys(AUTHORIZATION) as (keyof DigestAuthorization)[]
  test.each(REQUIRED)('message 3 without %s is refused', (name) => {
    const { [name]: _, ...others } = AUTHORIZATION
    expect(() => read(others)).toThrow(
      expect.objectContaining({ code: 'invalid-message', field: name, reason: 'missing' }),
    )
  })

  test.each<Partial<DigestAuthorization>>([
    { realm: 'bsf.other.org' },
    { realm: WORKED.bsfName.toUpperCase() },
    { uri: '/other' },
    { qop: 'auth' },
    { nc: '00000002' },
    { algorithm: 'MD5' },
    { algorithm: 'AKAv2-MD5' },
    { cnonce: '' },
    { auts: 'AAAA' },
    { auts: '!' },
  ])('message 3 with %j is refused', (wrong) => {
    const field = Object.keys(wrong)[0]
    expect(() => read({ ...AUTHORIZATION, ...wrong })).toThrow(
      expect.objectContaining({ code: 'invalid-message', field }),
    )
  })

  test('two Authorization headers are refused', () => {
    const request = requestOf(AUTHORIZATION)
    const [header = ''] = request.headers.authorization ?? []
    const doubled = { ...request, headers: { authorization: [header, header] } }
    expect(() => readUbRequest(doubled, WORKED.bsfName)).toThrow('authorization: doubled')
  })
})

const verify = (
  authorization: Partial<DigestAuthorization>,
  input: { method?: string; body?: Uint8Array; xres?: typeof WORKED.res } = {},
): boolean =>
  verifyUbAnswer(read({ ...AUTHORIZATION, ...authorization }) as UbAnswer, {
    request: { method: input.method ?? 'GET', body: input.body ?? new Uint8Array(0) },
    bsfName: WORKED.bsfName,
    xres: input.xres ?? WORKED.resGbaU,
  })

describe('the answer to a challenge, RFC 3310 3.3 and 3.4', () => {
  test('GBA facts 14: the card that flipped RES is right, the unflipped XRES is wrong', () => {
    expect(verify({})).toBe(true)
    expect(verify({}, { xres: WORKED.res })).toBe(false)
  })

  test('every value enters the digest', () => {
    expect(verify({ username: 'other@d' })).toBe(false)
    expect(verify({ nonce: toBase64(new Uint8Array(32)) })).toBe(false)
    expect(verify({ cnonce: 'other' })).toBe(false)
    expect(verify({ response: '0'.repeat(32) })).toBe(false)
    expect(verify({ response: '' })).toBe(false)
    expect(verify({ response: WORKED.response.toUpperCase() })).toBe(false)
    expect(verify({}, { method: 'POST' })).toBe(false)
    expect(verify({}, { body: utf8('x') })).toBe(false)
  })

  test('with AUTS the password is empty, and XRES is none', () => {
    const auts = toBase64(WORKED.auts)
    expect(verify({ auts, response: WORKED.responseWithAuts })).toBe(true)
    expect(verify({ auts })).toBe(false)
    expect(verify({ response: WORKED.responseWithAuts })).toBe(false)
  })
})

test('what both digests of an exchange are computed over: XRES, or nothing after AUTS', () => {
  const { xres, bsfName } = { ...WORKED, xres: WORKED.res }
  const answer = read(AUTHORIZATION) as UbAnswer
  const request = requestOf(AUTHORIZATION)
  const digest = digestOfUbAnswer(answer, { bsfName, xres })
  const { ha1: _, ...withoutHa1 } = digest
  expect(digest.password).toBe(xres)
  expect(computeUbResponse(digest, request)).toBe(computeUbResponse(withoutHa1, request))
  const resynchronizing = digestOfUbAnswer({ ...answer, auts: WORKED.auts }, { bsfName, xres })
  expect(resynchronizing.password).toBe(EMPTY_PASSWORD)
})
