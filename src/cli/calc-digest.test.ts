import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { GBA_VECTORS } from '../../test/support/gba-vectors.ts'
import { DIGEST_CALCULATOR } from './calc-digest.ts'

interface DigestVector {
  readonly id: string
  readonly password_hex: string
  readonly response: string
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly method: string
  readonly qop: string
  readonly nc: string
  readonly cnonce: string
  readonly algorithm: string
}

const file = join(import.meta.dirname, '../../test/vectors/http-digest.json')
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: DigestVector[] }
const { calculate } = DIGEST_CALCULATOR
const { subscriber, challenge, gba_u, names, ub_digest, resynchronization } = GBA_VECTORS
const md5 = (text: string) => createHash('md5').update(text).digest('hex')

/** The fields of a published vector. */
function fieldsOf({ password_hex, ...vector }: DigestVector) {
  const { username, realm, nonce, uri, method, qop, nc, cnonce, algorithm } = vector
  const password = password_hex
  return { username, realm, nonce, uri, method, qop, nc, cnonce, algorithm, password }
}

test.each(vectors)('$id', (vector) => {
  expect(calculate(fieldsOf(vector))).toEqual({ response: vector.response })
  const lower = vector.algorithm.toLowerCase()
  expect(calculate({ ...fieldsOf(vector), algorithm: lower })).toEqual({
    response: vector.response,
  })
})

describe('GBA facts 14, Ub', () => {
  const { method, uri, qop, nc, cnonce, algorithm } = ub_digest
  const request = { method, uri, qop, nc, cnonce, algorithm }
  const ub = { ...request, username: subscriber.impi, realm: names.bsf, nonce: gba_u.nonce }

  test('with the flipped RES, and with an empty password beside AUTS', () => {
    const response = ub_digest.response
    expect(calculate({ ...ub, password: gba_u.res_flipped })).toEqual({ response })
    expect(calculate({ ...ub, password: gba_u.res_flipped, body: '' })).toEqual({ response })
    expect(calculate({ ...ub, password: '' })).toEqual({
      response: resynchronization.response_with_empty_password,
    })
    expect(calculate({ ...ub, password: challenge.res })).not.toEqual({ response })
  })

  test('rspauth has no method and covers the response body', () => {
    const text = '<BootstrappingInfo/>'
    const responseBody = Buffer.from(text).toString('hex')
    const a2 = md5(`:${uri}:${md5(text)}`)
    const chain = [ub_digest.ha1, gba_u.nonce, nc, cnonce, qop, a2].join(':')
    expect(calculate({ ...ub, password: gba_u.res_flipped, responseBody })).toEqual({
      response: ub_digest.response,
      rspauth: md5(chain),
    })
    expect(Object.keys(calculate({ ...ub, password: '', responseBody: '' }))).toEqual([
      'response',
      'rspauth',
    ])
  })
})

describe('without qop', () => {
  const { nonce, uri, method, password_hex, username, realm } = { ...vectors[0]! }
  const plain = { username, realm, nonce, uri, method, password: password_hex }
  const ha1 = md5(`${username}:${realm}:${Buffer.from(password_hex, 'hex').toString()}`)

  test('the form of RFC 2069, MD5 by default', () => {
    const response = md5(`${ha1}:${nonce}:${md5(`${method}:${uri}`)}`)
    expect(calculate(plain)).toEqual({ response })
    expect(calculate({ ...plain, algorithm: 'MD5' })).toEqual({ response })
  })

  test('-sess needs cnonce all the same', () => {
    const session = { ...plain, algorithm: 'MD5-sess' }
    expect(() => calculate(session)).toThrow('cnonce: missing')
    const ha1Session = md5(`${ha1}:${nonce}:abc`)
    expect(calculate({ ...session, cnonce: 'abc' })).toEqual({
      response: md5(`${ha1Session}:${nonce}:${md5(`${method}:${uri}`)}`),
    })
  })

  test.each([
    [{ qop: 'auth' }, 'nc: missing'],
    [{ qop: 'auth', nc: '00000001' }, 'cnonce: missing'],
    [{ qop: 'auth', nc: '1', cnonce: 'a' }, 'nc: 8 hex digits expected'],
    [{ qop: 'auth,auth-int' }, 'qop: auth or auth-int expected'],
    [{ algorithm: 'SHA-1' }, /^algorithm: one of MD5, .*AKAv1-MD5 expected$/],
    [{ password: 'Circle' }, 'password: hex expected'],
    [{ body: 'abc' }, 'body: hex expected'],
    [{ realm: null }, 'realm: text expected'],
    [{ response: '00' }, 'response: unknown field'],
  ])('%j is refused', (change, message) => {
    expect(() => calculate({ ...plain, ...change })).toThrow(message)
  })
})

test('text outside ASCII enters as UTF-8', () => {
  const fields = {
    username: 'Zoë',
    realm: 'r',
    nonce: 'n',
    uri: '/',
    method: 'GET',
    password: 'c3ab',
  }
  const response = md5(`${md5('Zoë:r:ë')}:n:${md5('GET:/')}`)
  expect(calculate(fields)).toEqual({ response })
})
