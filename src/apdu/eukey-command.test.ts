import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { toHex } from '../octets/octets.ts'
import {
  decodeEuKeyConfirmation,
  decodeEuKeyProof,
  encodeEuKeyConfirmation,
  encodeEuKeyProof,
} from './eukey-command.ts'
import { expectNoPrefixDecodes } from './truncation.fixture.ts'

const filled = (octet: number, length = 32) => new Uint8Array(length).fill(octet)
const proof = {
  randomClient: filled(9, 16),
  randomServer: filled(1, 16),
  digests: [filled(2), filled(3)] as const,
}
const confirmation = { digest: filled(4), serverHash: filled(5) }

test('PROVE EUKEY: RAND_client, RAND_server and two digests, in this order', () => {
  const octets = encodeEuKeyProof(proof)
  expect(toHex(octets)).toBe('09'.repeat(16) + '01'.repeat(16) + '02'.repeat(32) + '03'.repeat(32))
  expect(decodeEuKeyProof(octets)).toEqual(proof)
})

test('CONFIRM EUKEY: a digest and the HASH, in this order', () => {
  const octets = encodeEuKeyConfirmation(confirmation)
  expect(toHex(octets)).toBe('04'.repeat(32) + '05'.repeat(32))
  expect(decodeEuKeyConfirmation(octets)).toEqual(confirmation)
})

describe('other lengths', () => {
  test('truncated at every point', () => {
    expectNoPrefixDecodes(encodeEuKeyProof(proof), decodeEuKeyProof)
    expectNoPrefixDecodes(encodeEuKeyConfirmation(confirmation), decodeEuKeyConfirmation)
  })

  test('trailing octets', () => {
    expect(() => decodeEuKeyProof(filled(0, 97))).toThrow(
      new InvalidMessage('trailing octets', 'PROVE EUKEY'),
    )
    expect(() => decodeEuKeyConfirmation(filled(0, 65))).toThrow(
      new InvalidMessage('trailing octets', 'CONFIRM EUKEY'),
    )
  })

  test('of a caller', () => {
    const short = filled(0, 31)
    expect(() => encodeEuKeyProof({ ...proof, randomClient: short })).toThrow(RangeError)
    expect(() => encodeEuKeyProof({ ...proof, randomServer: short })).toThrow(RangeError)
    expect(() => encodeEuKeyProof({ ...proof, digests: [filled(2), short] })).toThrow(RangeError)
    expect(() => encodeEuKeyConfirmation({ ...confirmation, digest: short })).toThrow(RangeError)
    expect(() => encodeEuKeyConfirmation({ ...confirmation, serverHash: short })).toThrow(
      RangeError,
    )
  })
})

test('what is decoded does not change with the octets that it came from', () => {
  const octets = encodeEuKeyProof(proof)
  const decoded = decodeEuKeyProof(octets)
  octets.fill(0)
  expect(decoded).toEqual(proof)
})
