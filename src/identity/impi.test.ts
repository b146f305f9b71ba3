import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { impiOfImpu, parseImpi } from './impi.ts'

test.each([
  '001010123456789@ims.mnc001.mcc001.3gppnetwork.org',
  'alice@open-ims.test',
  'Zoë@example.org',
  'user+tag/1=@example.org',
  `a@${'b'.repeat(253)}`,
])('%j is an IMPI, unchanged', (text) => {
  expect(parseImpi(text)).toBe(text)
})

test.each([
  '',
  'alice',
  '@example.org',
  'alice@',
  'a@b@c',
  'a lice@example.org',
  'alice@example.org\n',
  'al"ice@example.org',
  'al\\ice@example.org',
  'al\u0000ice@example.org',
  'al\ud800ice@example.org',
])('%j is none', (text) => {
  expect(() => parseImpi(text, 'username')).toThrow(
    new InvalidMessage('not of the form user@domain', 'username'),
  )
})

test('255 octets of UTF-8 at most', () => {
  expect(() => parseImpi(`${'ë'.repeat(127)}@b`)).toThrow('IMPI: over 255 octets')
  expect(parseImpi(`${'ë'.repeat(126)}@bc`)).toHaveLength(129)
})

test.each([
  ['sip:alice@ims.example', 'alice@ims.example'],
  ['SIP:001010123456789@ims.example', '001010123456789@ims.example'],
  ['sips:alice@ims.example;user=phone?subject=x', 'alice@ims.example'],
  ['sip:alice@ims.example:5060', undefined],
  ['sip:ims.example', undefined],
  ['sip:a@b@c', undefined],
  ['tel:+4912345', undefined],
  ['alice@ims.example', undefined],
  ['', undefined],
])('the IMPI of the public identity %j is %j', (impu, impi) => {
  expect(impiOfImpu(impu)).toBe(impi)
})
