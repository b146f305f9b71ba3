import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MILENAGE_SETS, TUAK_SETS } from '../../test/support/aka-vectors.ts'
import { Secret } from '../crypto/secret.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { FUNCTIONS, RAND } from './aka.fixture.ts'
import type { MacInput } from './aka-functions.ts'
import { type GeneratedVector, generateVector, generateVectors } from './generate-vector.ts'
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

/** All octets of a vector, secrets too, as text. */
function shown({ vector, ak, macA }: GeneratedVector): string[] {
  const { rand, autn, xres, ck, ik } = vector
  const secrets = [xres, ck, ik].map((value) => value.reveal())
  return [rand, autn, ...secrets, ak, macA].map(toHex)
}

describe('a batch is what its challenges give one by one, in their order', () => {
  const milenage = MILENAGE_SETS.map(({ id, k, opc }) => {
    return { id, functions: createMilenage({ k: secret(k), opc: secret(opc) }) }
  })
  const tuak = TUAK_SETS.map(({ id, k, topc }) => {
    return { id, functions: createTuak({ k: secret(k), topc: secret(topc) }) }
  })
  const challenges: MacInput[] = [...MILENAGE_SETS, ...TUAK_SETS].map(({ rand, sqn, amf }) => {
    return { rand: fromHex(rand), sqn: decodeSqn(fromHex(sqn)), amf: fromHex(amf) }
  })

  test.each([...milenage, ...tuak])('$id: all challenges of all sets', ({ functions }) => {
    const batch = generateVectors(functions, challenges)
    expect(batch.map(shown)).toEqual(
      challenges.map((challenge) => shown(generateVector(functions, challenge))),
    )
  })

  test.each(MILENAGE_SETS)('$id: the published values, in the midst of others', (set) => {
    const functions = createMilenage({ k: secret(set.k), opc: secret(set.opc) })
    const own = { rand: fromHex(set.rand), sqn: decodeSqn(fromHex(set.sqn)), amf: fromHex(set.amf) }
    const made = generateVectors(functions, [...challenges, own, ...challenges])[challenges.length]
    expect(shown(made!)).toEqual([set.rand, set.autn, set.f2, set.f3, set.f4, set.f5, set.f1])
  })

  test('of any size, also none', () => {
    const challenge = fc.record({
      rand: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      sqn: fc.bigInt({ min: 0n, max: 2n ** 48n - 1n }),
      amf: fc.uint8Array({ minLength: 2, maxLength: 2 }),
    })
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 70 }), (several) => {
        const { f1, f1Star, f2345, f5Star } = FUNCTIONS
        const oneByOne = generateVectors({ f1, f1Star, f2345, f5Star }, several)
        expect(generateVectors(FUNCTIONS, several).map(shown)).toEqual(oneByOne.map(shown))
      }),
      { seed: 33102, numRuns: 60 },
    )
    expect(generateVectors(FUNCTIONS, [])).toEqual([])
  })

  test('vectors of a batch share no octets', () => {
    const [first, second] = generateVectors(FUNCTIONS, challenges)
    const before = shown(second!)
    for (const value of [first!.vector.xres, first!.vector.ck, first!.vector.ik]) value.wipe()
    for (const octets of [first!.vector.autn, first!.ak, first!.macA]) octets.fill(0)
    expect(shown(second!)).toEqual(before)
  })

  test.each([{ rand: RAND.subarray(1) }, { amf: RAND }, { sqn: -1n }, { sqn: 1n << 48n }])(
    'one wrong challenge, %o, and none is made',
    (wrong) => {
      const right = { rand: RAND, sqn: 1n, amf: fromHex('8000') }
      for (const { functions } of [milenage[0]!, tuak[0]!]) {
        expect(() => generateVectors(functions, [right, { ...right, ...wrong }, right])).toThrow(
          RangeError,
        )
      }
    },
  )
})
