import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseImpi } from '../identity/impi.ts'
import { formatUeId, parseUeId } from './ue-id.ts'

test('an IMPI, and an IMSI with a network code of two or of three digits', () => {
  const impi = parseImpi('a/b?%é@ims.example')
  expect(formatUeId(impi)).not.toMatch(/[/?@]/)
  expect(parseUeId(formatUeId(impi))).toEqual([impi])
  expect(parseUeId('imsi-001010123456789')).toEqual([
    '001010123456789@ims.mnc001.mcc001.3gppnetwork.org',
    '001010123456789@ims.mnc010.mcc001.3gppnetwork.org',
  ])
})

test('an IMPU that is a SIP URI', () => {
  expect(parseUeId('impu-sip%3Aalice%40ims.example%3Buser%3Dphone')).toEqual(['alice@ims.example'])
})

test.each(['msisdn-12345', 'impu-tel:+4912345', 'impu-sip:ims.example'])(
  'not known: %s',
  (text) => {
    expect(parseUeId(text)).toEqual([])
  },
)

test.each(['', 'alice', 'impi-', 'impi-a', 'imsi-12', 'impi-%ff', '%'])('none: %s', (text) => {
  expect(() => parseUeId(text)).toThrow(InvalidMessage)
})
