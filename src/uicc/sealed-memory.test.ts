import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { Secret } from '../crypto/secret.ts'
import { StoreFailed } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { type CardMemory, initialMemory } from './card-memory.ts'
import { createMemorySealer } from './sealed-memory.ts'
import { testProfile } from './uicc.fixture.ts'

const profile = testProfile()
const sealer = createMemorySealer(profile, createSeededRandom('seal'))
const memory: CardMemory = {
  ...initialMemory(profile),
  sqnArrays: { card: Array.from({ length: 32 }, (_, index) => 2n ** 43n - 1n - BigInt(index)) },
  files: { 'USIM/6f7e': Uint8Array.of(0, 255) },
  gba: {
    USIM: {
      ks: Secret.of(new Uint8Array(32).fill(1)),
      rand: new Uint8Array(16).fill(2),
      nafKeys: [
        {
          record: 3,
          nafId: utf8('naf'),
          btid: 'é@b',
          ksIntNaf: Secret.of(new Uint8Array(32).fill(4)),
        },
      ],
    },
  },
}

describe('the state of a card', () => {
  test('comes back as it was, secrets and all', () => {
    const opened = sealer.open(sealer.seal(memory))
    expect(opened).toEqual(memory)
    expect(opened.gba.USIM?.ks.equals(memory.gba.USIM?.ks as Secret)).toBe(true)
    expect(opened.pins.pin.value.equals(memory.pins.pin.value)).toBe(true)
    expect(opened.pins.pin.puk?.value.equals(memory.pins.pin.puk?.value as Secret)).toBe(true)
    const [key] = opened.gba.USIM?.nafKeys ?? []
    expect(key?.ksIntNaf.reveal()).toEqual(new Uint8Array(32).fill(4))
    expect(sealer.open(sealer.seal(initialMemory(profile)))).toEqual(initialMemory(profile))
  })

  test('is never sealed to the same octets twice', () => {
    expect(sealer.seal(memory)).not.toEqual(sealer.seal(memory))
  })

  test('does not open with one bit changed, cut short, or grown', () => {
    const sealed = sealer.seal(memory)
    for (let index = 0; index < sealed.length; index += 7) {
      const altered = sealed.slice()
      altered[index] = (altered[index] as number) ^ 1
      expect(() => sealer.open(altered), `octet ${index}`).toThrow(StoreFailed)
      expect(() => sealer.open(sealed.subarray(0, index))).toThrow(StoreFailed)
    }
    expect(() => sealer.open(Uint8Array.of(...sealed, 0))).toThrow(StoreFailed)
  })

  test.each([
    [
      'other keys',
      { authentication: { algorithm: 'milenage', k: '00'.repeat(16), opc: '00'.repeat(16) } },
    ],
    ['another ICCID', { iccid: '8988211000000000012' }],
    ['fewer SQN slots', { sqn: { indLength: 4 } }],
  ])('does not open for a card with %s', (_name, changes) => {
    const other = createMemorySealer(testProfile(changes), createSeededRandom('other'))
    expect(() => other.open(sealer.seal(memory))).toThrow(StoreFailed)
  })
})
