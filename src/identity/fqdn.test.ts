import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseFqdn } from './fqdn.ts'

const LABEL_63 = 'a'.repeat(63)

test.each([
  ['bsf.mnc001.mcc001.pub.3gppnetwork.org', 'bsf.mnc001.mcc001.pub.3gppnetwork.org'],
  ['CPNS.Example.ORG', 'cpns.example.org'],
  ['localhost', 'localhost'],
  ['_sip._udp.example', '_sip._udp.example'],
  ['1.2.3.4a', '1.2.3.4a'],
  [`${LABEL_63}.${LABEL_63}.${LABEL_63}.${'b'.repeat(61)}`, expect.stringMatching(/^.{253}$/)],
])('%j is a domain name', (text, name) => {
  expect(parseFqdn(text)).toEqual(name)
})

test.each([
  '',
  '.',
  'example.org.',
  '.example.org',
  'a..b',
  '-a.org',
  'a-.org',
  `${LABEL_63}a.org`,
  `${LABEL_63}.${LABEL_63}.${LABEL_63}.${'b'.repeat(62)}`,
  'naf example.org',
  'naf.example.org\n',
  'naf.example.org:443',
  'näf.example.org',
  'https://naf.example.org',
  '\u212Aey.example.org',
  'ſip.example.org',
])('%j is not', (text) => {
  expect(() => parseFqdn(text, 'NAF')).toThrow(new InvalidMessage('not a domain name', 'NAF'))
})

test.each(['127.0.0.1', '1', '10.1'])('%j is an address', (text) => {
  expect(() => parseFqdn(text)).toThrow('FQDN: an IP address, not a domain name')
})

test('an IPv6 address is no domain name either', () => {
  expect(() => parseFqdn('[::1]')).toThrow(InvalidMessage)
})
