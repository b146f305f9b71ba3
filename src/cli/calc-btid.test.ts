import { expect, test } from 'vitest'
import { GBA_VECTORS } from '../../test/support/gba-vectors.ts'
import { BTID_CALCULATOR } from './calc-btid.ts'

const { calculate } = BTID_CALCULATOR
const { rand } = GBA_VECTORS.challenge
const { bsf, btid } = GBA_VECTORS.names

test('GBA facts 14', () => {
  expect(calculate({ rand, bsf })).toEqual({ btid })
  expect(calculate({ rand: rand.toUpperCase(), bsf })).toEqual({ btid })
})

test('the name stays as it is', () => {
  expect(calculate({ rand, bsf: 'BSF.Example' })).toEqual({
    btid: 'I1U8vpY3qJ0hiuZNrke/NQ==@BSF.Example',
  })
})

test.each([
  [{ rand }, 'bsf: missing'],
  [{ bsf }, 'rand: missing'],
  [{ rand: '00', bsf }, 'rand: hex of 16 octets expected'],
  [{ rand, bsf: '' }, 'bsf: domain name expected'],
  [{ rand, bsf: 'a@b' }, 'bsf: domain name expected'],
  [{ rand, bsf: 5 }, 'bsf: text expected'],
  [{ rand, bsf, btid }, 'btid: unknown field'],
])('%j is refused', (fields, message) => {
  expect(() => calculate(fields)).toThrow(message)
})
