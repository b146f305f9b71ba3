import { describe, expect, test } from 'vitest'
import { MILENAGE_SETS, TUAK_SETS } from '../../test/support/aka-vectors.ts'
import { Secret } from '../crypto/secret.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { FUNCTIONS, RAND } from './aka.fixture.ts'
import { generateVector } from './generate-vector.ts'
import { createMilenage } from './milenage.ts'
import { decodeSqn } from './sqn.ts'
import { createTuak, DEFAULT_TUAK_PROFILE } from './tuak.ts'

const secret = (hex: string): Secret => Secret.of(fromHex(hex))

describe('the quintet, TS 33.102 6.3.2', () => {
  test.each(MILENAGE_SETS)('$id', (set) => {
    const functions = createMilenage({ k: secret(set.k), opc: secret(set.opc) })
    const sqn = decodeSqn(fromHex(set.sqn))
    const made = generateVector(functions, { rand: fromHex(set.rand), sqn, amf: fromHex(set.amf) })
    expect(toHex(made.vector.rand)).toBe(set.rand)
    expect(toHex(made.vector.autn)).toBe(set.autn)
    expect(toHex(made.vector.xres.reveal())).toBe(set.f2)
    expect(toHex(made.vector.ck.reveal())).toBe(set.f3)
    expect(toHex(made.vector.ik.reveal())).toBe(set.f4)
    expect([toHex(made.ak), toHex(made.macA)]).toEqual([set.f5, set.f1])
  })

  test('GBA facts 14', () => {
    const made = generateVector(FUNCTIONS, { rand: RAND, sqn: 0xa0n, amf: fromHex('0000') })
    expect(toHex(made.vector.autn)).toBe('aa689c6483d00000e6290295c787617c')
    expect(toHex(made.macA)).toBe('e6290295c787617c')
  })

  test('35.233-set-4: a MAC of 128 bits makes AUTN longer', () => {
    const set = TUAK_SETS[3]!
    const profile = { ...DEFAULT_TUAK_PROFILE, macLength: 16, resLength: 16 }
    const functions = createTuak({ k: secret(set.k), topc: secret(set.topc) }, profile)
    const sqn = decodeSqn(fromHex(set.sqn))
    const made = generateVector(functions, { rand: fromHex(set.rand), sqn, amf: fromHex(set.amf) })
    expect(made.vector.autn).toHaveLength(24)
    expect(toHex(made.vector.autn.subarray(8))).toBe(set.f1)
  })

  test('inputs of another length are refused', () => {
    const amf = fromHex('8000')
    expect(() => generateVector(FUNCTIONS, { rand: amf, sqn: 0n, amf })).toThrow(RangeError)
    expect(() => generateVector(FUNCTIONS, { rand: RAND, sqn: 0n, amf: RAND })).toThrow(RangeError)
    expect(() => generateVector(FUNCTIONS, { rand: RAND, sqn: 1n << 48n, amf })).toThrow(RangeError)
  })
})
