import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { fromHex, toHex, utf8 } from '../octets/octets.ts'
import { computeHmacHash, computeSha1Hash, HASH_LABELS } from './handshake-hash.ts'
import { euKey, vectorOf } from './handshake-vectors.fixture.ts'

const hash = (...of: Parameters<typeof computeHmacHash>) => toHex(computeHmacHash(...of))

describe('HMAC-SHA-256', () => {
  const vector = vectorOf('HMAC-SHA-256')
  const two = fromHex(vector.digests[0] + vector.digests[1])
  const three = fromHex(vector.digests.join(''))

  test('vector hmac-sha-256: the HASHes of both sides and both exchanges', () => {
    expect(hash(euKey(), 'connect-client', two)).toBe(vector.clientHash)
    expect(hash(euKey(), 'connect-server', three)).toBe(vector.serverHash)
    expect(hash(euKey(), 'assignment-client', two)).toBe(vector.assignmentClientHash)
    expect(hash(euKey(), 'assignment-server', three)).toBe(vector.assignmentServerHash)
  })

  test('the labels are those of M-2', () => {
    expect(Object.values(HASH_LABELS)).toEqual([
      'CPNS client',
      'CPNS server',
      'CPNS eukey client',
      'CPNS eukey server',
    ])
  })
})

test('vector cpns-1.0: SHA-1 over the octets of the messages, then the EUKey', () => {
  const vector = vectorOf('SHA-1')
  const { connectRequest, authenticateRequest, authenticateResponse } = vector.messages
  const messages = [connectRequest, authenticateRequest, authenticateResponse].map(utf8)
  expect(toHex(computeSha1Hash(euKey(), messages.slice(0, 2)))).toBe(vector.clientHash)
  expect(toHex(computeSha1Hash(euKey(), messages))).toBe(vector.serverHash)
})

test.each([0, 16, 31, 33])('an EUKey of %i octets is our own mistake', (length) => {
  const short = Secret.of(new Uint8Array(length))
  expect(() => computeHmacHash(short, 'connect-client', new Uint8Array(64))).toThrow(RangeError)
  expect(() => computeSha1Hash(short, [])).toThrow(RangeError)
})
