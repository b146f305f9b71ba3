import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseImpi } from '../identity/impi.ts'
import { formatUeId, parseUeId } from './ue-id.ts'

test('an IMPI, and an IMSI if the length of the network code is known', () => {
  const impi = parseImpi('a/b?%é@ims.example')
  expect(formatUeId(impi)).not.toMatch(/[/?@]/)
  expect(parseUeId(formatUeId(impi))).toBe(impi)
  expect(parseUeId('imsi-001010123456789', 2)).toBe(
    '001010123456789@ims.mnc001.mcc001.3gppnetwork.org',
  )
})

test.each(['imsi-001010123456789', 'msisdn-12345', 'impu-sip:a@b'])('not known: %s', (text) => {
  expect(parseUeId(text)).toBeUndefined()
})

test.each(['', 'alice', 'impi-', 'impi-a', 'imsi-12', 'impi-%ff', '%'])('none: %s', (text) => {
  expect(() => parseUeId(text)).toThrow(InvalidMessage)
})
