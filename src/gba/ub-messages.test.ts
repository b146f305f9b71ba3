import { describe, expect, test } from 'vitest'
import { parseAuthenticationInfo } from '../http-digest/digest-headers.ts'
import { parseBtid } from '../identity/btid.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { decodeBootstrappingInfo } from './bootstrapping-info.ts'
import { WORKED } from './gba-facts.fixture.ts'
import {
  announcesTmpi,
  computeUbResponse,
  computeUbRspauth,
  EMPTY_PASSWORD,
  formatChallenge,
  formatChallengeAnswer,
  formatInitialRequest,
  formatRefusal,
  formatSuccess,
  headerOf,
  reasonIn,
} from './ub-messages.ts'

const IDENTITY = { username: WORKED.impi, bsfName: WORKED.bsfName, uri: '/', product: 'ue' }
const DIGEST = {
  username: WORKED.impi,
  realm: WORKED.bsfName,
  nonce: WORKED.nonce,
  uri: '/',
  cnonce: WORKED.cnonce,
  password: WORKED.resGbaU,
}
const GET = { method: 'GET', body: new Uint8Array(0) }

describe('messages of Ub, TS 24.109 A.3 and A.4', () => {
  test('message 1 names the user and leaves nonce and response empty', () => {
    expect(formatInitialRequest(IDENTITY)).toEqual({
      method: 'GET',
      uri: '/',
      headers: {
        host: [WORKED.bsfName],
        'user-agent': ['ue; Release-6'],
        accept: ['*/*'],
        authorization: [
          `Digest username="${WORKED.impi}", realm="${WORKED.bsfName}", nonce="", uri="/", response=""`,
        ],
      },
      body: new Uint8Array(0),
    })
  })

  test('message 2 offers AKAv1-MD5 with auth-int only', () => {
    const bsf = { bsfName: WORKED.bsfName, product: 'bsf' }
    const { status, headers } = formatChallenge(bsf, {
      nonce: WORKED.nonce,
      opaque: 'b3BhcXVl',
      stale: false,
    })
    expect(status).toBe(401)
    expect(headers).toEqual({
      server: ['bsf; Release-6; 3gpp-gba-tmpi'],
      'www-authenticate': [
        `Digest realm="${WORKED.bsfName}", nonce="${WORKED.nonce}", algorithm=AKAv1-MD5, ` +
          'qop="auth-int", opaque="b3BhcXVl"',
      ],
    })
    expect(formatChallenge(bsf).headers['www-authenticate']).toEqual([
      `Digest realm="${WORKED.bsfName}", nonce="", algorithm=AKAv1-MD5, qop="auth-int"`,
    ])
  })

  test('message 3, GBA facts 14: the flipped RES as password', () => {
    expect(computeUbResponse(DIGEST, GET)).toBe(WORKED.response)
    const request = formatChallengeAnswer(IDENTITY, {
      nonce: WORKED.nonce,
      opaque: 'b3BhcXVl',
      cnonce: WORKED.cnonce,
      password: WORKED.resGbaU,
    })
    expect(request.headers.authorization).toEqual([
      `Digest username="${WORKED.impi}", realm="${WORKED.bsfName}", nonce="${WORKED.nonce}", ` +
        `uri="/", qop=auth-int, nc=00000001, cnonce="${WORKED.cnonce}", ` +
        `response="${WORKED.response}", opaque="b3BhcXVl", algorithm=AKAv1-MD5`,
    ])
  })

  test('message 3 with AUTS, GBA facts 14: an empty password', () => {
    const request = formatChallengeAnswer(IDENTITY, {
      nonce: WORKED.nonce,
      cnonce: WORKED.cnonce,
      password: EMPTY_PASSWORD,
      auts: WORKED.auts,
    })
    expect(request.headers.authorization?.[0]).toContain(
      `response="${WORKED.responseWithAuts}", algorithm=AKAv1-MD5, auts="RR6L7KA7h0I6++1UjL0="`,
    )
  })

  test('message 4 carries B-TID, lifetime and the proof of XRES over its body', () => {
    const info = {
      btid: parseBtid(WORKED.btid),
      expiresAtMs: Date.UTC(2026, 10, 24, 10),
      currentTimeMs: Date.UTC(2026, 10, 23, 10),
    }
    const { status, headers, body } = formatSuccess('bsf', { info, digest: DIGEST })
    expect(status).toBe(200)
    expect(decodeBootstrappingInfo(body)).toEqual(info)
    expect(headers).toEqual({
      server: ['bsf; Release-6; 3gpp-gba-tmpi'],
      'authentication-info': [expect.any(String)],
      expires: ['Tue, 24 Nov 2026 10:00:00 GMT'],
      'content-type': ['application/vnd.3gpp.bsf+xml'],
    })
    expect(parseAuthenticationInfo(headers['authentication-info']?.[0] ?? '')).toEqual({
      qop: 'auth-int',
      rspauth: computeUbRspauth(DIGEST, body),
      cnonce: WORKED.cnonce,
      nc: '00000001',
    })
  })

  test('rspauth depends on every octet of the body and on the password', () => {
    const body = new Uint8Array(20)
    const other = body.with(7, 1)
    const rspauth = computeUbRspauth(DIGEST, body)
    expect(computeUbRspauth(DIGEST, other)).not.toBe(rspauth)
    expect(computeUbRspauth({ ...DIGEST, password: WORKED.res }, body)).not.toBe(rspauth)
  })

  test('a refusal with a reason says it in one line, 403 says nothing', () => {
    const bad = formatRefusal('bsf', { status: 400, reason: 'nc: missing' })
    expect(fromUtf8(bad.body)).toBe('nc: missing\n')
    expect(bad.headers['content-type']).toEqual(['text/plain; charset=utf-8'])
    expect(formatRefusal('bsf', { status: 403 })).toEqual({
      status: 403,
      headers: { server: ['bsf; Release-6; 3gpp-gba-tmpi'] },
      body: new Uint8Array(0),
    })
    expect(formatRefusal('bsf', { status: 405 }).headers.allow).toEqual(['GET'])
  })

  test('the reason of a refusal is read if it is one printable line of text, whoever wrote it', () => {
    const bad = formatRefusal('bsf', { status: 400, reason: 'nc: missing' })
    expect(reasonIn(bad)).toBe('nc: missing')
    expect(reasonIn(formatRefusal('bsf', { status: 403 }))).toBeUndefined()
    expect(reasonIn({ ...bad, headers: { 'content-type': ['text/html'] } })).toBeUndefined()
    for (const text of ['a\nb', '\x1b[2J', '', 'x'.repeat(201)]) {
      expect(reasonIn({ ...bad, body: utf8(text) }), text).toBeUndefined()
    }
  })

  test('who says 3gpp-gba-tmpi understands TMPI, whatever else is said', () => {
    const said = (value: string) =>
      announcesTmpi({ headers: { 'user-agent': [value] } }, 'user-agent')
    for (const value of ['ue; Release-6; 3gpp-gba-tmpi', 'ue 3gpp-gba-tmpi,x', '3gpp-gba-tmpi']) {
      expect(said(value)).toBe(true)
    }
    for (const value of ['', 'ue; 3gpp-gba', '3gpp-gba-tmpis', '3GPP'])
      expect(said(value)).toBe(false)
    expect(announcesTmpi({ headers: {} }, 'server')).toBe(false)
    expect(announcesTmpi(formatRefusal('bsf', { status: 403 }), 'server')).toBe(true)
    const ue = formatInitialRequest({ ...IDENTITY, understandsTmpi: true })
    expect(ue.headers['user-agent']).toEqual(['ue; Release-6; 3gpp-gba-tmpi'])
  })

  test('a header that came twice is refused', () => {
    expect(headerOf({ headers: {} }, 'authorization')).toBeUndefined()
    expect(headerOf({ headers: { authorization: ['a'] } }, 'authorization')).toBe('a')
    expect(() => headerOf({ headers: { authorization: ['a', 'b'] } }, 'authorization')).toThrow(
      'authorization: doubled',
    )
  })
})
