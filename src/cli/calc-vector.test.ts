import { describe, expect, test } from 'vitest'
import { MILENAGE_SETS, TUAK_SETS } from '../../test/support/aka-vectors.ts'
import { GBA_VECTORS } from '../../test/support/gba-vectors.ts'
import { VECTOR_CALCULATOR } from './calc-vector.ts'

const { calculate } = VECTOR_CALCULATOR

describe('MILENAGE', () => {
  test.each(MILENAGE_SETS)('$id, with OPc and with OP', (set) => {
    const { k, opc, op, rand, sqn, amf } = set
    const expected = {
      rand,
      autn: set.autn,
      xres: set.f2,
      ck: set.f3,
      ik: set.f4,
      ak: set.f5,
      mac: set.f1,
      akStar: set.f5star,
      macStar: set.f1star,
    }
    expect(calculate({ algorithm: 'milenage', k, opc, rand, sqn, amf })).toEqual(expected)
    expect(calculate({ k, op: op.toUpperCase(), rand, sqn, amf })).toEqual(expected)
  })

  test('GBA facts 14', () => {
    const { subscriber, challenge } = GBA_VECTORS
    const { rand, sqn, amf } = challenge
    const output = calculate({ k: subscriber.k, opc: subscriber.opc, rand, sqn, amf })
    const { autn, res: xres, ck, ik, ak, mac } = challenge
    expect(output).toMatchObject({ autn, xres, ck, ik, ak, mac })
  })
})

describe('TUAK', () => {
  test.each(TUAK_SETS)('$id, with TOPc and with TOP', (set) => {
    const { k, topc, top, rand, sqn, amf } = set
    const choices = {
      algorithm: 'tuak',
      iterations: set.keccak_iterations,
      macBits: 4 * set.f1.length,
      resBits: 4 * set.f2.length,
      ckBits: 4 * set.f3.length,
      ikBits: 4 * set.f4.length,
    }
    const expected = {
      xres: set.f2,
      ck: set.f3,
      ik: set.f4,
      ak: set.f5,
      mac: set.f1,
      akStar: set.f5star,
      macStar: set.f1star,
    }
    const output = calculate({ ...choices, k, topc, rand, sqn, amf })
    expect(output).toMatchObject(expected)
    expect(output.autn).toMatch(new RegExp(`^[0-9a-f]{12}${amf}${set.f1}$`))
    expect(calculate({ ...choices, k, top, rand, sqn, amf })).toEqual(output)
  })
})

test.each([
  [{ sqn: '00' }, 'sqn: hex of 6 octets expected'],
  [{ amf: '8' }, 'amf: hex of 2 octets expected'],
  [{ rand: 'g'.repeat(32) }, 'rand: hex of 16 octets expected'],
  [{ auts: '00'.repeat(14) }, 'auts: unknown field'],
  [{ macBits: 64 }, 'macBits: unknown field'],
])('%j is refused', (change, message) => {
  const { k, opc, rand, sqn, amf } = MILENAGE_SETS[0]!
  expect(() => calculate({ k, opc, rand, sqn, amf, ...change })).toThrow(message)
})
