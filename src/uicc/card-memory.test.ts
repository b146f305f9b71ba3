import { expect, test } from 'vitest'
import { toHex } from '../octets/octets.ts'
import { transparent } from './card-file.ts'
import { contentsOf, encodePin, initialMemory, sqnArrayOf, withContents } from './card-memory.ts'
import { testProfile } from './uicc.fixture.ts'

const memory = initialMemory(testProfile())
const file = { ...transparent(['EF_X', 0x6f00, 0, 'open'], Uint8Array.of(1, 2)), path: 'USIM/6f00' }

test('a new card has all tries, no Ks and fresh SQN arrays', () => {
  expect(Object.values(memory.pins).map(({ retries, enabled }) => [retries, enabled])).toEqual([
    [3, false],
    [3, true],
    [3, true],
  ])
  expect(memory.pins.pin.puk?.retries).toBe(10)
  expect(memory.pins.adm1.puk).toBeUndefined()
  expect(memory.gba).toEqual({})
  expect(sqnArrayOf(memory, 'card', 5)).toEqual(Array(32).fill(0n))
  const used = { ...memory, sqnArrays: { card: [1n, 2n] } }
  expect(sqnArrayOf(used, 'card', 1)).toEqual([1n, 2n])
  expect(sqnArrayOf(used, 'CSIM', 1)).toEqual([0n, 0n])
})

test('an update hides the contents of personalisation, unless the file has another size now', () => {
  expect(contentsOf(memory, file)).toEqual(Uint8Array.of(1, 2))
  const updated = withContents(memory, file, Uint8Array.of(3, 4))
  expect(contentsOf(updated, file)).toEqual(Uint8Array.of(3, 4))
  expect(contentsOf(memory, file)).toEqual(Uint8Array.of(1, 2))
  expect(contentsOf(updated, { ...file, initial: new Uint8Array(3) })).toEqual(new Uint8Array(3))
})

test('PINs are ASCII, padded with FF', () => {
  expect(toHex(encodePin('0123').reveal())).toBe('30313233ffffffff')
})
