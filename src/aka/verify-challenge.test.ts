import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../octets/octets.ts'
import { FUNCTIONS, OTHER_FUNCTIONS, RAND } from './aka.fixture.ts'
import { generateVector } from './generate-vector.ts'
import { verifyAuts } from './resynchronize.ts'
import { createSqnArray, DEFAULT_SQN_POLICY, joinSqn } from './sqn.ts'
import { type CardSqnState, verifyChallenge } from './verify-challenge.ts'

const AMF = fromHex('8000')
const NEW_CARD: CardSqnState = { sqnArray: createSqnArray(), policy: DEFAULT_SQN_POLICY }
const challengeOf = (sqn: bigint) => generateVector(FUNCTIONS, { rand: RAND, sqn, amf: AMF }).vector

describe('a card, TS 33.102 6.3.3', () => {
  test('takes a fresh challenge of its home and gives what the home expects', () => {
    const octets = fc.uint8Array({ minLength: 16, maxLength: 16 })
    const sqns = fc.bigInt(32n, 2n ** 33n - 1n)
    fc.assert(
      fc.property(octets, sqns, (rand, sqn) => {
        const { vector } = generateVector(FUNCTIONS, { rand, sqn, amf: AMF })
        const verdict = verifyChallenge(FUNCTIONS, NEW_CARD, vector)
        if (verdict.outcome !== 'success') throw new Error(verdict.outcome)
        expect(verdict.res.equals(vector.xres)).toBe(true)
        expect(verdict.ck.equals(vector.ck)).toBe(true)
        expect(verdict.ik.equals(vector.ik)).toBe(true)
        expect(verdict.sqnArray[Number(sqn & 31n)]).toBe(sqn >> 5n)
      }),
      { seed: 33102 },
    )
  })

  test('answers a challenge it knows with an AUTS that its home understands', () => {
    const vector = challengeOf(joinSqn({ seq: 9n, ind: 28 }, 5))
    const first = verifyChallenge(FUNCTIONS, NEW_CARD, vector)
    if (first.outcome !== 'success') throw new Error(first.outcome)
    const card = { ...NEW_CARD, sqnArray: first.sqnArray }
    const second = verifyChallenge(FUNCTIONS, card, vector)
    if (second.outcome !== 'sync-failure') throw new Error(second.outcome)
    expect(verifyAuts(FUNCTIONS, { rand: RAND, auts: second.auts })).toEqual({
      valid: true,
      sqnMs: joinSqn({ seq: 9n, ind: 28 }, 5),
    })
  })

  test('verifies MAC before SQN: a wrong MAC with a stale SQN gives no AUTS', () => {
    const { autn } = challengeOf(0n)
    for (let at = 0; at < autn.length; at++) {
      const altered = autn.map((octet, n) => (n === at ? octet ^ 0x10 : octet))
      const verdict = verifyChallenge(FUNCTIONS, NEW_CARD, { rand: RAND, autn: altered })
      expect(verdict).toEqual({ outcome: 'mac-failure' })
    }
  })

  test('does not believe another home, another RAND or a cut AUTN', () => {
    const { rand, autn } = challengeOf(joinSqn({ seq: 1n, ind: 0 }, 5))
    const failure = { outcome: 'mac-failure' }
    const otherRand = rand.map((octet) => octet ^ 1)
    expect(verifyChallenge(OTHER_FUNCTIONS, NEW_CARD, { rand, autn })).toEqual(failure)
    expect(verifyChallenge(FUNCTIONS, NEW_CARD, { rand: otherRand, autn })).toEqual(failure)
    for (let length = 0; length < autn.length; length++) {
      const cut = autn.subarray(0, length)
      expect(verifyChallenge(FUNCTIONS, NEW_CARD, { rand, autn: cut })).toEqual(failure)
    }
    const grown = Uint8Array.of(...autn, 0)
    expect(verifyChallenge(FUNCTIONS, NEW_CARD, { rand, autn: grown })).toEqual(failure)
    expect(() => verifyChallenge(FUNCTIONS, NEW_CARD, { rand: autn.subarray(1), autn })).toThrow(
      RangeError,
    )
  })

  test('stands where it stood, whatever it was offered', () => {
    const sqnArray = Object.freeze([...createSqnArray()])
    const card = { ...NEW_CARD, sqnArray }
    verifyChallenge(FUNCTIONS, card, challengeOf(joinSqn({ seq: 5n, ind: 3 }, 5)))
    verifyChallenge(FUNCTIONS, card, challengeOf(0n))
    verifyChallenge(OTHER_FUNCTIONS, card, challengeOf(joinSqn({ seq: 5n, ind: 3 }, 5)))
    expect(sqnArray).toEqual(createSqnArray())
  })
})
