import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MILENAGE_SETS } from '../../test/support/aka-vectors.ts'
import { Secret } from '../crypto/secret.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { computeOpc, createMilenage } from './milenage.ts'
import { decodeSqn } from './sqn.ts'

const secret = (hex: string): Secret => Secret.of(fromHex(hex))
const shown = (value: Secret): string => toHex(value.reveal())

describe('TS 35.207 and TS 35.208', () => {
  test('all 26 sets are here', () => {
    expect(MILENAGE_SETS).toHaveLength(26)
  })

  test.each(MILENAGE_SETS)('$id: OPc', ({ k, op, opc }) => {
    expect(shown(computeOpc({ k: secret(k), op: secret(op) }))).toBe(opc)
  })

  test.each(MILENAGE_SETS)('$id: f1, f1*, f2, f3, f4, f5, f5*', (set) => {
    const functions = createMilenage({ k: secret(set.k), opc: secret(set.opc) })
    const rand = fromHex(set.rand)
    const input = { rand, sqn: decodeSqn(fromHex(set.sqn)), amf: fromHex(set.amf) }
    expect(toHex(functions.f1(input))).toBe(set.f1)
    expect(toHex(functions.f1Star(input))).toBe(set.f1star)
    const { res, ck, ik, ak } = functions.f2345(rand)
    expect([shown(res), shown(ck), shown(ik), toHex(ak)]).toEqual([set.f2, set.f3, set.f4, set.f5])
    expect(toHex(functions.f5Star(rand))).toBe(set.f5star)
    for (const { macA, outputs } of functions.f12345([input, input])) {
      expect([toHex(macA), shown(outputs.res), toHex(outputs.ak)]).toEqual([set.f1, set.f2, set.f5])
      expect([shown(outputs.ck), shown(outputs.ik)]).toEqual([set.f3, set.f4])
    }
  })
})

test('a subscriber’s functions give the same however often and in whatever order they are used', () => {
  const octets = fc.uint8Array({ minLength: 16, maxLength: 16 })
  fc.assert(
    fc.property(octets, octets, octets, (k, opc, rand) => {
      const keys = { k: Secret.of(k), opc: Secret.of(opc) }
      const kept = createMilenage(keys)
      const input = { rand, sqn: 1n, amf: fromHex('8000') }
      for (let n = 0; n < 2; n++) {
        expect(kept.f5Star(rand)).toEqual(createMilenage(keys).f5Star(rand))
        expect(kept.f1(input)).toEqual(createMilenage(keys).f1(input))
        expect(shown(kept.f2345(rand).ck)).toBe(shown(createMilenage(keys).f2345(rand).ck))
      }
      expect(new Set([toHex(kept.f1(input)), toHex(kept.f1Star(input))]).size).toBe(2)
    }),
    { seed: 35206, numRuns: 50 },
  )
})

describe('lengths', () => {
  const functions = createMilenage({ k: secret('00'.repeat(16)), opc: secret('00'.repeat(16)) })
  const rand = new Uint8Array(16)
  const amf = new Uint8Array(2)

  test.each([15, 17, 32])('keys of %d octets are refused', (length) => {
    const bad = Secret.of(new Uint8Array(length))
    const good = Secret.of(new Uint8Array(16))
    expect(() => computeOpc({ k: bad, op: good })).toThrow(RangeError)
    expect(() => computeOpc({ k: good, op: bad })).toThrow(RangeError)
    expect(() => createMilenage({ k: bad, opc: good })).toThrow(RangeError)
    expect(() => createMilenage({ k: good, opc: bad })).toThrow('OPc has')
  })

  test('RAND, SQN and AMF of another length are refused', () => {
    const short = new Uint8Array(15)
    expect(() => functions.f2345(short)).toThrow('RAND has 15 octets, not 16')
    expect(() => functions.f5Star(short)).toThrow(RangeError)
    expect(() => functions.f1({ rand: short, sqn: 0n, amf })).toThrow(RangeError)
    expect(() => functions.f1({ rand, sqn: 0n, amf: short })).toThrow('AMF has 15 octets, not 2')
    expect(() => functions.f1({ rand, sqn: 1n << 48n, amf })).toThrow(RangeError)
    expect(() => functions.f12345([{ rand: short, sqn: 0n, amf }])).toThrow('RAND has 15')
    expect(() => functions.f12345([{ rand, sqn: 0n, amf: short }])).toThrow('AMF has 15')
  })
})

test('wiping the key afterwards does not change a subscriber’s functions', () => {
  const keys = { k: secret('11'.repeat(16)), opc: secret('22'.repeat(16)) }
  const functions = createMilenage(keys)
  const before = toHex(functions.f5Star(new Uint8Array(16)))
  keys.k.wipe()
  keys.opc.wipe()
  expect(toHex(functions.f5Star(new Uint8Array(16)))).toBe(before)
})
