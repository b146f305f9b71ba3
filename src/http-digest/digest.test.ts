import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { fromHex, utf8 } from '../octets/octets.ts'
import {
  computeDigestResponse,
  computeHa1,
  computeRspauth,
  DIGEST_ALGORITHMS,
  type DigestAlgorithm,
  type DigestInput,
  findDigestAlgorithm,
  isExpectedDigest,
} from './digest.ts'

interface Vector extends Omit<DigestInput, 'password' | 'body'> {
  readonly id: string
  readonly source: string
  readonly password_hex: string
  readonly response: string
}

const VECTORS = JSON.parse(
  readFileSync(new URL('../../test/vectors/http-digest.json', import.meta.url), 'utf8'),
) as { readonly vectors: readonly Vector[] }

const INPUT: DigestInput = {
  algorithm: 'MD5',
  username: 'Mufasa',
  realm: 'realm',
  password: Secret.of(utf8('Circle of Life')),
  nonce: 'nonce',
  uri: '/uri',
  method: 'POST',
  qop: 'auth-int',
  nc: '00000001',
  cnonce: 'cnonce',
  body: utf8('body'),
}
const EMPTY = Secret.of(new Uint8Array(0))

/** The formulas of RFC 7616 3.4 once more, in one straight line. */
function straightLine(input: DigestInput, method = input.method): string {
  const name = input.algorithm.startsWith('SHA-256') ? 'sha256' : 'md5'
  const h = (...parts: (string | Uint8Array)[]): string => {
    const hash = createHash(name)
    for (const part of parts) hash.update(part)
    return hash.digest('hex')
  }
  let ha1 = h(`${input.username}:${input.realm}:`, input.password.reveal())
  if (input.algorithm.endsWith('-sess')) ha1 = h(`${ha1}:${input.nonce}:${input.cnonce}`)
  let a2 = `${method}:${input.uri}`
  if (input.qop === 'auth-int') a2 += `:${h(input.body)}`
  if (input.qop === undefined) return h(`${ha1}:${input.nonce}:${h(a2)}`)
  return h(`${ha1}:${input.nonce}:${input.nc}:${input.cnonce}:${input.qop}:${h(a2)}`)
}

describe('response, RFC 7616 3.4.1', () => {
  test.each(VECTORS.vectors.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const password = Secret.of(fromHex(vector.password_hex))
    const response = computeDigestResponse({ ...vector, password, body: new Uint8Array(0) })
    expect(response).toBe(vector.response)
  })

  const forms = DIGEST_ALGORITHMS.flatMap((algorithm) =>
    (['auth', 'auth-int', undefined] as const).map((qop) => [algorithm, qop] as const),
  )
  test.each(forms)('%s with qop %s', (algorithm, qop) => {
    const { qop: _, ...rest } = INPUT
    const input = { ...rest, algorithm, ...(qop === undefined ? {} : { qop }) }
    expect(computeDigestResponse(input)).toBe(straightLine(input))
    expect(computeRspauth(input)).toBe(straightLine(input, ''))
  })

  test('an empty password and one with a NUL octet are passwords', () => {
    for (const password of [EMPTY, Secret.of(Uint8Array.of(0, 255, 0))]) {
      const input = { ...INPUT, password }
      expect(computeDigestResponse(input)).toBe(straightLine(input))
    }
  })

  test('what the form needs must be there', () => {
    const { nc: _nc, ...withoutNc } = INPUT
    const { cnonce: _cnonce, ...withoutCnonce } = INPUT
    const { qop: _qop, ...session } = { ...withoutCnonce, algorithm: 'MD5-sess' as const }
    expect(() => computeDigestResponse(withoutNc)).toThrow('nc is needed')
    expect(() => computeDigestResponse(withoutCnonce)).toThrow('cnonce is needed')
    expect(() => computeDigestResponse(session)).toThrow('cnonce is needed')
  })
})

describe('names and comparison', () => {
  test.each<[string, DigestAlgorithm | undefined]>([
    ['MD5', 'MD5'],
    ['akav1-md5', 'AKAv1-MD5'],
    ['sha-256-SESS', 'SHA-256-sess'],
    ['AKAv2-MD5', undefined],
    ['toString', undefined],
  ])('%s', (name, expected) => {
    expect(findDigestAlgorithm(name)).toBe(expected)
  })

  test('only the same lower-case digits are the expected ones', () => {
    const expected = computeDigestResponse(INPUT)
    expect(isExpectedDigest(expected, expected)).toBe(true)
    expect(isExpectedDigest(expected, expected.toUpperCase())).toBe(false)
    expect(isExpectedDigest(expected, expected.slice(2))).toBe(false)
    expect(isExpectedDigest(expected, '')).toBe(false)
    expect(
      isExpectedDigest(
        expected,
        expected.replace(/^./, (c) => (c === '0' ? '1' : '0')),
      ),
    ).toBe(false)
  })
})

test.each(DIGEST_ALGORITHMS)('%s: with HA1 at hand the digests are the same', (algorithm) => {
  const input = { ...INPUT, algorithm }
  const ha1 = computeHa1(input)
  expect(computeDigestResponse(input, ha1)).toBe(computeDigestResponse(input))
  expect(computeRspauth(input, ha1)).toBe(computeRspauth(input))
  const bodiless = { ...input, body: new Uint8Array(0) }
  expect(computeDigestResponse(bodiless, ha1)).not.toBe(computeDigestResponse(input, ha1))
})
