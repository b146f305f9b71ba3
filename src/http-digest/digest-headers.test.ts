import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type DigestAuthorization,
  formatAuthenticationInfo,
  formatDigestAuthorization,
  formatDigestChallenge,
  parseAuthenticationInfo,
  parseDigestAuthorization,
  parseDigestChallenges,
  qopsOffered,
} from './digest-headers.ts'

const AUTHORIZATION: DigestAuthorization = {
  username: '001010123456789@ims.mnc001.mcc001.3gppnetwork.org',
  realm: 'bsf.mnc001.mcc001.pub.3gppnetwork.org',
  nonce: 'I1U8vpY3qJ0hiuZNrke/NaponGSD0AAAIMnHW+FnfIs=',
  uri: '/',
  qop: 'auth-int',
  nc: '00000001',
  cnonce: '0123456789abcdef',
  response: 'd2b854b70573e79f31519ddc3a0097d8',
  opaque: 'b3BhcXVl',
  algorithm: 'AKAv1-MD5',
  auts: 'RR6L7KA7h0I6++1UjL0=',
}

describe('Authorization, RFC 7616 3.4', () => {
  test('is written with qop, nc and algorithm unquoted (GBA facts 6)', () => {
    expect(formatDigestAuthorization(AUTHORIZATION)).toBe(
      'Digest username="001010123456789@ims.mnc001.mcc001.3gppnetwork.org", ' +
        'realm="bsf.mnc001.mcc001.pub.3gppnetwork.org", ' +
        'nonce="I1U8vpY3qJ0hiuZNrke/NaponGSD0AAAIMnHW+FnfIs=", uri="/", qop=auth-int, ' +
        'nc=00000001, cnonce="0123456789abcdef", response="d2b854b70573e79f31519ddc3a0097d8", ' +
        'opaque="b3BhcXVl", algorithm=AKAv1-MD5, auts="RR6L7KA7h0I6++1UjL0="',
    )
    expect(parseDigestAuthorization(formatDigestAuthorization(AUTHORIZATION))).toEqual(
      AUTHORIZATION,
    )
  })

  test('the first message of Ub: empty nonce and response (TS 24.109 A.3)', () => {
    const header = 'Digest username="u@d", realm="bsf.d", nonce="", uri="/", response=""'
    expect(parseDigestAuthorization(header)).toEqual({
      username: 'u@d',
      realm: 'bsf.d',
      nonce: '',
      uri: '/',
      response: '',
    })
  })

  test('any order, quoted or not, unknown parameters ignored', () => {
    const params = formatDigestAuthorization(AUTHORIZATION).slice('Digest '.length).split(', ')
    const forms = [...params, 'userhash=false', 'charset="UTF-8"'].map((param) =>
      param.replace(/^(qop|nc|algorithm)=(.*)$/, '$1="$2"'),
    )
    fc.assert(
      fc.property(fc.shuffledSubarray(forms, { minLength: forms.length }), (shuffled) => {
        const parsed = parseDigestAuthorization(`digest ${shuffled.join(',')}`)
        expect(parsed).toEqual(AUTHORIZATION)
      }),
      { seed: 3, numRuns: 50 },
    )
  })

  test.each(['username', 'realm', 'nonce', 'uri', 'response'] as const)(
    '%s is required',
    (name) => {
      const { [name]: _, ...others } = AUTHORIZATION
      const header = formatDigestAuthorization(others as DigestAuthorization)
      expect(() => parseDigestAuthorization(header)).toThrow(`${name}: missing`)
    },
  )

  test.each(Object.keys(AUTHORIZATION))('%s may come only once', (name) => {
    const header = `${formatDigestAuthorization(AUTHORIZATION)}, ${name}="x"`
    expect(() => parseDigestAuthorization(header)).toThrow(`${name}: doubled`)
  })

  test.each([
    ['username', 512],
    ['realm', 1024],
    ['nonce', 1024],
    ['uri', 2048],
    ['qop', 32],
    ['cnonce', 256],
    ['response', 128],
    ['opaque', 4096],
    ['algorithm', 32],
    ['auts', 64],
  ])('%s has at most %i characters', (name, limit) => {
    const header = (length: number): string =>
      formatDigestAuthorization({ ...AUTHORIZATION, [name]: 'x'.repeat(length) })
    expect(parseDigestAuthorization(header(limit))).toHaveProperty(name, 'x'.repeat(limit))
    expect(() => parseDigestAuthorization(header(limit + 1))).toThrow(
      `${name}: over ${limit} characters`,
    )
  })

  test.each(['1', '0000001', '0000000G', '000000001', '0000000A'])('nc %s is refused', (nc) => {
    const header = formatDigestAuthorization({ ...AUTHORIZATION, nc })
    expect(() => parseDigestAuthorization(header)).toThrow(/^nc: /)
  })

  test.each(['', 'Basic dTpw', 'Digest a=b, Basic c=d', 'Basic a=b, Digest c=d'])(
    '%j is not the Digest scheme alone',
    (header) => {
      expect(() => parseDigestAuthorization(header)).toThrow('Authorization: not the Digest scheme')
    },
  )
})

describe('WWW-Authenticate, RFC 7616 3.3', () => {
  const challenge = {
    realm: 'bsf.home1.net',
    nonce: 'bm9uY2U=',
    algorithm: 'AKAv1-MD5',
    qop: 'auth-int',
    opaque: 'b3BhcXVl',
  }

  test('is written with algorithm unquoted', () => {
    expect(formatDigestChallenge({ ...challenge, stale: 'true' })).toBe(
      'Digest realm="bsf.home1.net", nonce="bm9uY2U=", algorithm=AKAv1-MD5, qop="auth-int", ' +
        'opaque="b3BhcXVl", stale=true',
    )
  })

  test('Digest challenges are found among others, in order', () => {
    const other = { realm: 'b', nonce: 'n' }
    const header = `Basic realm="x", ${formatDigestChallenge(challenge)}, ${formatDigestChallenge(other)}`
    expect(parseDigestChallenges(header)).toEqual([challenge, other])
    expect(parseDigestChallenges('Basic realm="x"')).toEqual([])
  })

  test('realm and nonce are required', () => {
    expect(() => parseDigestChallenges('Digest nonce="x"')).toThrow('realm: missing')
    expect(() => parseDigestChallenges('Digest realm="x"')).toThrow('nonce: missing')
  })

  test.each<[string | undefined, string[]]>([
    [undefined, []],
    ['', []],
    ['auth-int', ['auth-int']],
    ['auth, auth-int,', ['auth', 'auth-int']],
  ])('qop %j offers %j', (qop, offered) => {
    expect(qopsOffered({ realm: 'r', nonce: 'n', ...(qop === undefined ? {} : { qop }) })).toEqual(
      offered,
    )
  })
})

describe('Authentication-Info, RFC 7616 3.5', () => {
  test('is written and read', () => {
    const info = {
      qop: 'auth-int',
      rspauth: 'd2b854b70573e79f31519ddc3a0097d8',
      cnonce: 'c',
      nc: '00000001',
    }
    const header = formatAuthenticationInfo(info)
    expect(header).toBe(
      'qop=auth-int, rspauth="d2b854b70573e79f31519ddc3a0097d8", cnonce="c", nc=00000001',
    )
    expect(parseAuthenticationInfo(header)).toEqual(info)
  })

  test('extras of live networks are accepted: opaque, nonce, nextnonce', () => {
    const header = 'qop="auth-int",rspauth="00",opaque="o",nonce="n",nextnonce="m"'
    expect(parseAuthenticationInfo(header)).toEqual({
      qop: 'auth-int',
      rspauth: '00',
      nextnonce: 'm',
    })
  })

  test('a scheme in it is refused', () => {
    expect(() => parseAuthenticationInfo('Digest rspauth="00"')).toThrow('digest: without a value')
  })
})
