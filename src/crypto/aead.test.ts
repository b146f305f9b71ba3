import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, aeadOpen, aeadSeal, aeadSealInto } from './aead.ts'
import { Secret } from './secret.ts'

const KEY = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'
const IV = 'cafebabefacedbaddecaf888'
const P =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
  '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255'
const C =
  '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
  '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad'

/** The AES-256 cases of the GCM submission to NIST, with 96-bit IV. */
const VECTORS = [
  {
    id: 13,
    k: '00'.repeat(32),
    iv: '00'.repeat(12),
    a: '',
    p: '',
    c: '',
    t: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    id: 14,
    k: '00'.repeat(32),
    iv: '00'.repeat(12),
    a: '',
    p: '00'.repeat(16),
    c: 'cea7403d4d606b6e074ec5d3baf39d18',
    t: 'd0d1c8a799996bf0265b98b5d48ab919',
  },
  { id: 15, k: KEY, iv: IV, a: '', p: P, c: C, t: 'b094dac5d93471bdec1a502270e3cc6c' },
  {
    id: 16,
    k: KEY,
    iv: IV,
    a: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    p: P.slice(0, 120),
    c: C.slice(0, 120),
    t: '76fc6ece0f4e1768cddf8853bb2d551b',
  },
]

function inputOf(vector: { k: string; iv: string; a: string }) {
  return {
    key: Secret.of(fromHex(vector.k)),
    nonce: fromHex(vector.iv),
    associatedData: fromHex(vector.a),
  }
}

describe('GCM specification, appendix B', () => {
  test.each(VECTORS)('test case $id', (vector) => {
    const sealed = aeadSeal(inputOf(vector), fromHex(vector.p))
    expect(toHex(sealed)).toBe(vector.c + vector.t)
    expect(toHex(aeadOpen(inputOf(vector), sealed)!)).toBe(vector.p)
    expect(Object.getPrototypeOf(sealed)).toBe(Uint8Array.prototype)
  })
})

describe('does not open', () => {
  const input = inputOf(VECTORS[3]!)
  const sealed = aeadSeal(input, fromHex('0102030405'))

  test('when any one octet is altered', () => {
    for (let at = 0; at < sealed.length; at++) {
      const altered = sealed.map((octet, index) => (index === at ? octet ^ 0x01 : octet))
      expect(aeadOpen(input, altered)).toBeUndefined()
    }
  })

  test('when it is cut at any point or grows', () => {
    for (let length = 0; length < sealed.length; length++)
      expect(aeadOpen(input, sealed.subarray(0, length))).toBeUndefined()
    expect(aeadOpen(input, Uint8Array.of(...sealed, 0))).toBeUndefined()
  })

  test('with another key, nonce or associated data', () => {
    const other = {
      key: Secret.of(new Uint8Array(32)),
      nonce: new Uint8Array(12),
      associatedData: fromHex('00'),
    }
    for (const name of ['key', 'nonce', 'associatedData'] as const)
      expect(aeadOpen({ ...input, [name]: other[name] }, sealed)).toBeUndefined()
  })
})

test('lengths of key and nonce are fixed', () => {
  const input = inputOf(VECTORS[0]!)
  const badKey = { ...input, key: Secret.of(new Uint8Array(16)) }
  const badNonce = { ...input, nonce: new Uint8Array(16) }
  for (const bad of [badKey, badNonce]) {
    expect(() => aeadSeal(bad, fromHex(''))).toThrow(RangeError)
    expect(() => aeadOpen(bad, new Uint8Array(16))).toThrow(RangeError)
  }
  expect([AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH]).toEqual([12, 16])
})

test.each(VECTORS)('test case $id is written behind what stands there', (vector) => {
  const target = new Uint8Array(3 + vector.p.length / 2 + AEAD_TAG_LENGTH).fill(7)
  aeadSealInto(target, inputOf(vector), fromHex(vector.p))
  expect(toHex(target)).toBe(`070707${vector.c}${vector.t}`)
})
