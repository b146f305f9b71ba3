import { describe, expect, test } from 'vitest'
import { createMemoryBsfStore } from '../../test/support/memory-bsf-store.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createSealingRing } from '../crypto/sealing-ring.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { concatOctets, fromBase64, toBase64 } from '../octets/octets.ts'
import { CHALLENGE } from './ub-challenge.fixture.ts'
import {
  decodeChallenge,
  encodeChallenge,
  openChallenge,
  sealChallenge,
  type UbChallenge,
} from './ub-challenge.ts'

const { guss: _, ...BARE } = CHALLENGE
const PLAIN: UbChallenge = { ...BARE, gbaType: 'GBA_ME', resynchronized: false }

function expectSame(actual: UbChallenge | undefined, expected: UbChallenge): void {
  const { xres, ks, ...rest } = actual as UbChallenge
  const { xres: expectedXres, ks: expectedKs, ...plain } = expected
  expect(rest).toEqual(plain)
  expect([xres.equals(expectedXres), ks.equals(expectedKs)]).toEqual([true, true])
}

describe('a challenge as octets', () => {
  test.each([
    ['with a GUSS', CHALLENGE],
    ['without', PLAIN],
    ['with a TMPI', { ...CHALLENGE, tmpi: WORKED.tmpi }],
    ['made up', { ...PLAIN, isMadeUp: true } as const],
    ['with a GUSS that did not fit', { ...PLAIN, lacksGuss: true } as const],
    ['with a TMPI, without a GUSS', { ...PLAIN, tmpi: WORKED.tmpi }],
    ['with a long GUSS', { ...CHALLENGE, guss: `<guss>${'ü'.repeat(20_000)}</guss>` }],
  ])('comes back, %s', (_, challenge) => {
    expectSame(decodeChallenge(encodeChallenge(challenge)), challenge)
  })

  test('filled up it has the length of any other, and comes back too', () => {
    const challenges = [CHALLENGE, PLAIN, { ...CHALLENGE, tmpi: WORKED.tmpi }]
    for (const challenge of challenges) {
      const octets = encodeChallenge(challenge, 1024)
      expect(octets).toHaveLength(1024)
      expectSame(decodeChallenge(octets), challenge)
    }
  })

  test('every truncation, trailing octets and another version are refused', () => {
    for (const challenge of [CHALLENGE, PLAIN]) {
      const octets = encodeChallenge(challenge)
      for (let length = 0; length < octets.length; length++) {
        expect(() => decodeChallenge(octets.subarray(0, length))).toThrow(InvalidMessage)
      }
      expect(() => decodeChallenge(octets.with(0, 2))).toThrow('opaque: unknown version')
    }
    const trailing = concatOctets(encodeChallenge(PLAIN), new Uint8Array(1))
    expect(() => decodeChallenge(trailing)).toThrow('opaque: trailing octets')
  })

  test('a GUSS that would be over 64 KiB is refused', () => {
    const octets = encodeChallenge({ ...CHALLENGE, guss: ' '.repeat(65_537) })
    expect(() => decodeChallenge(octets)).toThrow('opaque: not a deflated text')
  })
})

const ringOf = (store = createMemoryBsfStore(), seed = 1) =>
  createSealingRing(
    { purpose: 'ub opaque' },
    { store, clock: createVirtualClock(), random: createSeededRandom(seed) },
  )

describe('a challenge, sealed', () => {
  test('is opened by any node of the BSF', async () => {
    const store = createMemoryBsfStore()
    const opaque = await sealChallenge(ringOf(store), CHALLENGE)
    expectSame(await openChallenge(ringOf(store), opaque), CHALLENGE)
  })

  test('altered, or made elsewhere, it is nothing', async () => {
    const ring = ringOf()
    const octets = fromBase64(await sealChallenge(ring, CHALLENGE))
    for (let n = 0; n < octets.length; n += 5) {
      const altered = toBase64(octets.with(n, octets[n]! ^ 1))
      expect(await openChallenge(ring, altered)).toBeUndefined()
    }
    const elsewhere = ringOf(createMemoryBsfStore(), 2)
    expect(await openChallenge(elsewhere, toBase64(octets))).toBeUndefined()
    expect(await openChallenge(ring, '')).toBeUndefined()
    await expect(openChallenge(ring, 'not base64')).rejects.toThrow(InvalidMessage)
  })
})
