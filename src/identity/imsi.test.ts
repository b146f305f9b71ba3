import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { bsfNameOfImsi, impiOfImsi, parseImsi, usualMncLength } from './imsi.ts'

describe('names made from an IMSI, TS 23.003 13.3 and 16.2', () => {
  test('a two-digit MNC is padded', () => {
    const imsi = parseImsi('001010123456789')
    expect(impiOfImsi(imsi, 2)).toBe('001010123456789@ims.mnc001.mcc001.3gppnetwork.org')
    expect(bsfNameOfImsi(imsi, 2)).toBe('bsf.mnc001.mcc001.pub.3gppnetwork.org')
  })

  test('a three-digit MNC is taken whole', () => {
    const imsi = parseImsi('310410123456789')
    expect(impiOfImsi(imsi, 3)).toBe('310410123456789@ims.mnc410.mcc310.3gppnetwork.org')
    expect(bsfNameOfImsi(imsi, 3)).toBe('bsf.mnc410.mcc310.pub.3gppnetwork.org')
  })
})

test.each([
  ['001010123456789', 2],
  ['262011234567890', 2],
  ['310410123456789', 3],
  ['316010123456789', 3],
  ['317010123456789', 2],
  ['302720123456789', 3],
  ['732101123456789', 3],
])('the MNC of %s usually has %i digits', (imsi, length) => {
  expect(usualMncLength(parseImsi(imsi))).toBe(length)
})

test.each(['', '12345', '1234567890123456', '00101012345678a', '٠٠١٠١٠١٢٣', ' 001010123456789'])(
  '%j is no IMSI',
  (text) => {
    expect(() => parseImsi(text)).toThrow(new InvalidMessage('not 6 to 15 digits', 'IMSI'))
  },
)
