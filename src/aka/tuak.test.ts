import { keccakP } from '@noble/hashes/sha3.js'
import { describe, expect, test } from 'vitest'
import { KECCAK_SAMPLES, TUAK_SETS } from '../../test/support/aka-vectors.ts'
import { Secret } from '../crypto/secret.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeSqn } from './sqn.ts'
import { computeTopc, createTuak, DEFAULT_TUAK_PROFILE, type TuakProfile } from './tuak.ts'

const secret = (hex: string): Secret => Secret.of(fromHex(hex))
const shown = (value: Secret): string => toHex(value.reveal())

describe('TS 35.232, the permutation under TUAK', () => {
  test.each(KECCAK_SAMPLES)('$id', (sample) => {
    const words = new Uint32Array(fromHex(sample.in).buffer)
    keccakP(words)
    expect(toHex(new Uint8Array(words.buffer))).toBe(sample.out)
  })
})

describe('TS 35.233', () => {
  test('all six sets are here', () => {
    expect(TUAK_SETS).toHaveLength(6)
  })

  test.each(TUAK_SETS)('$id: TOPc', ({ k, top, topc, keccak_iterations }) => {
    expect(shown(computeTopc({ k: secret(k), top: secret(top) }, keccak_iterations))).toBe(topc)
  })

  test.each(TUAK_SETS)('$id: f1, f1*, f2, f3, f4, f5, f5*', (set) => {
    const profile: TuakProfile = {
      macLength: set.f1.length / 2,
      resLength: set.f2.length / 2,
      ckLength: set.f3.length / 2,
      ikLength: set.f4.length / 2,
      iterations: set.keccak_iterations,
    }
    const functions = createTuak({ k: secret(set.k), topc: secret(set.topc) }, profile)
    const rand = fromHex(set.rand)
    const input = { rand, sqn: decodeSqn(fromHex(set.sqn)), amf: fromHex(set.amf) }
    expect(toHex(functions.f1(input))).toBe(set.f1)
    expect(toHex(functions.f1Star(input))).toBe(set.f1star)
    const { res, ck, ik, ak } = functions.f2345(rand)
    expect([shown(res), shown(ck), shown(ik), toHex(ak)]).toEqual([set.f2, set.f3, set.f4, set.f5])
    expect(toHex(functions.f5Star(rand))).toBe(set.f5star)
  })
})

describe('choices', () => {
  const keys = { k: secret('01'.repeat(16)), topc: secret('02'.repeat(32)) }
  const rand = new Uint8Array(16)
  const amf = new Uint8Array(2)

  test('the default profile fits AUTN and GBA', () => {
    const { res, ck, ik, ak } = createTuak(keys).f2345(rand)
    expect([res.length, ck.length, ik.length, ak.length]).toEqual([8, 16, 16, 6])
    expect(createTuak(keys).f1({ rand, sqn: 0n, amf })).toHaveLength(8)
  })

  test('a value depends on the lengths of the others, by INSTANCE', () => {
    const values = [16, 32].map((ikLength) =>
      shown(createTuak(keys, { ...DEFAULT_TUAK_PROFILE, ikLength }).f2345(rand).ck),
    )
    expect(values[0]).not.toBe(values[1])
  })

  test.each([
    { macLength: 4 },
    { macLength: 24 },
    { resLength: 6 },
    { ckLength: 8 },
    { ikLength: 64 },
    { iterations: 0 },
    { iterations: 256 },
    { iterations: 1.5 },
  ])('%o is no profile of TS 35.231', (choice) => {
    expect(() => createTuak(keys, { ...DEFAULT_TUAK_PROFILE, ...choice })).toThrow(RangeError)
  })

  test.each([
    ['K', { k: secret('01'.repeat(24)), topc: keys.topc }],
    ['TOP or TOPc', { k: keys.k, topc: secret('02'.repeat(16)) }],
  ])('%s of another length is refused', (name, bad) => {
    expect(() => createTuak(bad)).toThrow(`${name} has`)
    expect(() => computeTopc({ k: bad.k, top: bad.topc })).toThrow(RangeError)
  })

  test('TOPc needs one iteration or more', () => {
    expect(() => computeTopc({ k: keys.k, top: keys.topc }, 0)).toThrow(RangeError)
  })

  test('RAND, SQN and AMF of another length are refused', () => {
    const functions = createTuak(keys)
    const short = new Uint8Array(1)
    expect(() => functions.f2345(short)).toThrow('RAND has 1 octets, not 16')
    expect(() => functions.f5Star(short)).toThrow(RangeError)
    expect(() => functions.f1Star({ rand: short, sqn: 0n, amf })).toThrow(RangeError)
    expect(() => functions.f1({ rand, sqn: 0n, amf: short })).toThrow(RangeError)
    expect(() => functions.f1({ rand, sqn: -1n, amf })).toThrow(RangeError)
  })
})

test('wiping the keys afterwards does not change a subscriber’s functions', () => {
  const keys = { k: secret('11'.repeat(32)), topc: secret('22'.repeat(32)) }
  const functions = createTuak(keys)
  const before = toHex(functions.f5Star(new Uint8Array(16)))
  keys.k.wipe()
  keys.topc.wipe()
  expect(toHex(functions.f5Star(new Uint8Array(16)))).toBe(before)
})

test('a function leaves nothing behind for the next', () => {
  const functions = createTuak({ k: secret('01'.repeat(16)), topc: secret('02'.repeat(32)) })
  const rand = fromHex('ff'.repeat(16))
  const before = functions.f5Star(rand)
  functions.f1({ rand, sqn: 2n ** 48n - 1n, amf: fromHex('ffff') })
  functions.f2345(rand)
  expect(functions.f5Star(rand)).toEqual(before)
})
