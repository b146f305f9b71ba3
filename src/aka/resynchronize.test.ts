import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MILENAGE_SETS, TUAK_SETS } from '../../test/support/aka-vectors.ts'
import { Secret } from '../crypto/secret.ts'
import { concatOctets, fromHex, toHex, xorOctets } from '../octets/octets.ts'
import { FUNCTIONS, OTHER_FUNCTIONS, RAND } from './aka.fixture.ts'
import { createMilenage } from './milenage.ts'
import { buildAuts, verifyAuts } from './resynchronize.ts'
import { decodeSqn, encodeSqn } from './sqn.ts'
import { createTuak, DEFAULT_TUAK_PROFILE } from './tuak.ts'

const secret = (hex: string): Secret => Secret.of(fromHex(hex))

describe('AUTS, TS 33.102 6.3.3', () => {
  test.each(MILENAGE_SETS)('$id', (set) => {
    const functions = createMilenage({ k: secret(set.k), opc: secret(set.opc) })
    const sqnMs = decodeSqn(fromHex(set.sqn))
    const rand = fromHex(set.rand)
    expect(toHex(buildAuts(functions, { rand, sqnMs }))).toBe(set.auts_amf0000)
    const auts = fromHex(set.auts_amf0000)
    expect(verifyAuts(functions, { rand, auts })).toEqual({ valid: true, sqnMs })
  })

  test('GBA facts 14', () => {
    const auts = buildAuts(FUNCTIONS, { rand: RAND, sqnMs: 0x400n })
    expect(toHex(auts)).toBe('451e8beca03b87423afbed548cbd')
  })

  test('35.233-set-6: a MAC-S of 256 bits', () => {
    const set = TUAK_SETS[5]!
    const profile = { ...DEFAULT_TUAK_PROFILE, macLength: 32, iterations: 2 }
    const functions = createTuak({ k: secret(set.k), topc: secret(set.topc) }, profile)
    const auts = buildAuts(functions, { rand: RAND, sqnMs: 77n })
    expect(auts).toHaveLength(38)
    expect(verifyAuts(functions, { rand: RAND, auts })).toEqual({ valid: true, sqnMs: 77n })
  })

  test('every SQN_MS comes home', () => {
    const octets = fc.uint8Array({ minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(octets, fc.bigInt(0n, 2n ** 48n - 1n), (rand, sqnMs) => {
        const auts = buildAuts(FUNCTIONS, { rand, sqnMs })
        expect(verifyAuts(FUNCTIONS, { rand, auts })).toEqual({ valid: true, sqnMs })
      }),
      { seed: 33102 },
    )
  })
})

describe('what the home refuses', () => {
  const auts = buildAuts(FUNCTIONS, { rand: RAND, sqnMs: 0x400n })
  const refused = { valid: false }

  test('any bit altered', () => {
    for (let bit = 0; bit < 8 * auts.length; bit++) {
      const altered = auts.map((octet, n) => (n === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet))
      expect(verifyAuts(FUNCTIONS, { rand: RAND, auts: altered })).toEqual(refused)
    }
  })

  test('any other length', () => {
    for (let length = 0; length < auts.length; length++) {
      const cut = auts.subarray(0, length)
      expect(verifyAuts(FUNCTIONS, { rand: RAND, auts: cut })).toEqual(refused)
    }
    expect(verifyAuts(FUNCTIONS, { rand: RAND, auts: Uint8Array.of(...auts, 0) })).toEqual(refused)
  })

  test('the AUTS of another challenge or of another card', () => {
    const rand = RAND.map((octet) => octet ^ 0xff)
    expect(verifyAuts(FUNCTIONS, { rand, auts })).toEqual(refused)
    expect(verifyAuts(OTHER_FUNCTIONS, { rand: RAND, auts })).toEqual(refused)
  })

  test('a MAC-S over an AMF that is not all zero, or made with f1', () => {
    const amf = fromHex('b9b9')
    const hidden = xorOctets(encodeSqn(0x400n), FUNCTIONS.f5Star(RAND))
    for (const macS of [
      FUNCTIONS.f1Star({ rand: RAND, sqn: 0x400n, amf }),
      FUNCTIONS.f1({ rand: RAND, sqn: 0x400n, amf: fromHex('0000') }),
    ]) {
      const wrong = concatOctets(hidden, macS)
      expect(verifyAuts(FUNCTIONS, { rand: RAND, auts: wrong })).toEqual(refused)
    }
  })
})

test('a RAND of another length is our own fault', () => {
  const rand = new Uint8Array(15)
  expect(() => buildAuts(FUNCTIONS, { rand, sqnMs: 0n })).toThrow(RangeError)
  expect(() => verifyAuts(FUNCTIONS, { rand, auts: new Uint8Array(14) })).toThrow(RangeError)
  expect(() => verifyAuts(FUNCTIONS, { rand, auts: new Uint8Array(0) })).toThrow(RangeError)
  expect(() => buildAuts(FUNCTIONS, { rand: RAND, sqnMs: 1n << 48n })).toThrow(RangeError)
})
