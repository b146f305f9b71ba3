import { expect, test } from 'vitest'
import { fromHex, toHex } from '../../octets/octets.ts'
import { tpduOf } from './t0-tpdu.ts'

test.each([
  ['case 1: P3 is 00', '00200001', '0020000100'],
  ['case 2', '00b0000000', '00b0000000'],
  ['case 2 with Le', '00b000000a', '00b000000a'],
  ['case 3', '00a40004023f00', '00a40004023f00'],
  ['case 4: Le stays behind', '00a40004023f0000', '00a40004023f00'],
  ['no APDU', '00a40004023f000000', '00a40004023f000000'],
  ['truncated', '00a40004023f', '00a40004023f'],
  ['nothing', '', ''],
])('%s', (_name, apdu, tpdu) => {
  expect(toHex(tpduOf(fromHex(apdu)))).toBe(tpdu)
})

test('the longest of case 3 and 4', () => {
  const case3 = `00d60000ff${'a5'.repeat(255)}`
  expect(toHex(tpduOf(fromHex(case3)))).toBe(case3)
  expect(toHex(tpduOf(fromHex(`${case3}00`)))).toBe(case3)
})
