import { expect, test } from 'vitest'
import { fromHex } from '../octets/octets.ts'
import { faultOfAtr } from './atr.ts'
import { DEFAULT_ATR } from './card-profile-schema.ts'

test.each([
  ['the shortest there is', '3b00'],
  ['historical bytes without interface bytes', '3b02aabb'],
  ['TA1 and TC1', '3b519600aa'],
  ['T=0 by a TD1, which needs no check octet', '3b8000'],
  ['T=0 and T=15', '3b80801f0d12'],
])('%s', (_name, hex) => {
  expect(faultOfAtr(fromHex(hex))).toBeUndefined()
})

test('the one that our cards have', () => {
  expect(faultOfAtr(DEFAULT_ATR)).toBeUndefined()
})

test.each([
  ['3b', 'an ATR of 1 octets that says it has 2'],
  ['3b02aa', 'an ATR of 3 octets that says it has 4'],
  ['3b0000', 'an ATR of 3 octets that says it has 2'],
  ['3b80', 'an ATR that is cut short'],
  ['3b9f96', 'an ATR that is cut short'],
  ['3b8180', 'an ATR that is cut short'],
  ['3b800181', 'an ATR of T=1, but the card speaks T=0'],
  ['3b800180', 'an ATR whose check octet is wrong'],
  ['3b9f96801fc78031a073be21136743200718000001a6', 'an ATR whose check octet is wrong'],
  ['3b9f96801fc78031a073be211367432007180000', 'an ATR of 20 octets that says it has 22'],
])('%s: %s', (hex, fault) => {
  expect(faultOfAtr(fromHex(hex))).toBe(fault)
})
