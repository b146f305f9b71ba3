import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../octets/octets.ts'
import { NAF_BTID, NAF_FQDN, NAF_KEYS } from './naf.fixture.ts'
import { answerChallenge, asksForUiccKeyAlone, chooseChallenge, nextNonceOf } from './ua-client.ts'

const ME = `3GPP-bootstrapping@${NAF_FQDN}`
const UICC = `3GPP-bootstrapping-uicc@${NAF_FQDN}`
const WANTED = { nafFqdn: NAF_FQDN, keyUses: ['ME'], isTls: true } as const
const challengeOf = (realm: string, rest = 'qop="auth,auth-int", algorithm=MD5') =>
  `Digest realm="${realm}", nonce="n", ${rest}`
const choose = (headers: readonly string[], change = {}) =>
  chooseChallenge(headers, { ...WANTED, ...change })

describe('a challenge', () => {
  test('is taken up in the first algorithm that is known', () => {
    const headers = ['SHA-512-256', 'SHA-256', 'MD5'].map((algorithm) =>
      challengeOf(ME, `qop="auth", algorithm=${algorithm}, opaque="o", stale=TRUE`),
    )
    const chosen = {
      outcome: 'challenge',
      keyUse: 'ME',
      realm: ME,
      algorithm: 'SHA-256',
      qop: 'auth',
      nonce: 'n',
      opaque: 'o',
      isStale: true,
    }
    expect(choose(headers)).toEqual(chosen)
    expect(choose([headers.join(', ')])).toEqual(chosen)
  })

  test('without an algorithm is MD5', () => {
    expect(choose([challengeOf(ME, 'qop="auth"')])).toMatchObject({ algorithm: 'MD5' })
  })

  test('protects the body where TLS does not', () => {
    expect(choose([challengeOf(ME)])).toMatchObject({ qop: 'auth' })
    expect(choose([challengeOf(ME)], { isTls: false })).toMatchObject({ qop: 'auth-int' })
    const authAlone = challengeOf(ME, 'qop="auth"')
    expect(choose([authAlone], { isTls: false })).toEqual({ outcome: 'none' })
  })

  test.each([
    [['ME'], ME],
    [['UICC'], UICC],
    [['ME', 'UICC'], ME],
    [['UICC', 'ME'], UICC],
  ])('of both kinds of key, for %j', (keyUses, realm) => {
    expect(choose([challengeOf(`${UICC};${ME}`)], { keyUses })).toMatchObject({ realm })
  })

  test.each([
    ['no challenge', []],
    ['another scheme', ['Basic realm="x"']],
    ['another realm', [challengeOf('somebody@elsewhere')]],
    ['a key that we do not have', [challengeOf(UICC)]],
    ['AKA, which belongs to Ub', [challengeOf(ME, 'qop="auth", algorithm=AKAv1-MD5')]],
    ['no qop', [challengeOf(ME, 'algorithm=MD5')]],
    ['nonsense', ['Digest realm="', challengeOf(ME).slice(0, 40)]],
    ['two parameters of one name', [challengeOf(ME, 'qop="auth", nonce="m"')]],
  ])('%s is none', (_, headers) => {
    expect(choose(headers)).toEqual({ outcome: 'none' })
  })

  test.each([
    [true, [challengeOf(UICC)]],
    [true, [`Basic realm="x", ${challengeOf(UICC)}`]],
    [true, ['Basic realm="x"', `${challengeOf(UICC)}, ${challengeOf(UICC, 'qop="auth"')}`]],
    [false, [challengeOf(`${UICC};${ME}`)]],
    [false, [challengeOf(UICC), challengeOf(ME)]],
    [false, [challengeOf('somebody@elsewhere')]],
    [false, []],
  ])('Ks_int_NAF alone: %s %#', (alone, headers) => {
    expect(asksForUiccKeyAlone(headers)).toBe(alone)
  })

  test('of another NAF is told apart: it must not be answered', () => {
    const foreign = challengeOf('3GPP-bootstrapping@elsewhere.example')
    expect(choose([foreign])).toEqual({ outcome: 'name-mismatch' })
    expect(choose([foreign, challengeOf(ME)])).toMatchObject({ outcome: 'challenge' })
  })
})

describe('an answer', () => {
  const chosen = choose([challengeOf(ME, 'qop="auth-int", algorithm=MD5, opaque="o"')])
  if (chosen.outcome !== 'challenge') throw new Error(chosen.outcome)
  const answer = answerChallenge(
    chosen,
    { btid: NAF_BTID, key: NAF_KEYS.ME, expiresAtMs: 0 },
    { method: 'PUT', uri: '/a', body: utf8('x'), nc: 255, cnonce: 'c' },
  )

  test('names itself by its B-TID, and never says the key', () => {
    expect(answer.authorization).toMatch(
      new RegExp(
        `^Digest username="${NAF_BTID.replaceAll('+', '\\+')}", realm="${ME}", nonce="n", uri="/a", ` +
          'qop=auth-int, nc=000000ff, cnonce="c", response="[0-9a-f]{32}", opaque="o", algorithm=MD5$',
      ),
    )
  })

  test.each([
    [undefined, 'missing'],
    ['nextnonce="x"', 'missing'],
    ['rspauth="00"', 'wrong'],
    ['rspauth="00", qop=auth-conf', 'wrong'],
    ['rspauth=', 'wrong'],
  ])('judges %j: %s', (header, proof) => {
    expect(answer.judge(header, utf8(''))).toBe(proof)
  })

  test('the next nonce', () => {
    expect(nextNonceOf(undefined)).toBeUndefined()
    expect(nextNonceOf('rspauth="00"')).toBeUndefined()
    expect(nextNonceOf('nextnonce="m"')).toBe('m')
  })
})

test('whatever a server says, a client only takes up what it knows', () => {
  const good = challengeOf(ME)
  const header = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc
      .tuple(fc.nat(good.length), fc.nat(20), fc.string({ maxLength: 20 }))
      .map(([at, length, text]) => good.slice(0, at) + text + good.slice(at + length)),
  )
  fc.assert(
    fc.property(fc.array(header, { maxLength: 3 }), (headers) => {
      const chosen = choose(headers)
      if (chosen.outcome !== 'challenge') return
      expect(chosen).toMatchObject({ realm: ME, keyUse: 'ME' })
      expect(['auth', 'auth-int']).toContain(chosen.qop)
    }),
    { numRuns: 3000, seed: 4 },
  )
})
