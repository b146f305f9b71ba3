import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseEntityId } from './entity-id.ts'

test.each([
  'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  'imei:490154203237518',
  'mac:00-11-22-33-44-55',
  'urn:cpns:Zoë',
  `u:${'a'.repeat(253)}`,
])('%j is an EntityID, unchanged', (text) => {
  expect(parseEntityId(text)).toBe(text)
})

test.each([
  '',
  'urn',
  'urn:',
  ':a',
  '1urn:a',
  'urn:a b',
  'urn:<a>',
  'urn:a\n',
  'urn:\u0000',
  'urn:\udc00',
])('%j is none', (text) => {
  expect(() => parseEntityId(text, 'Via')).toThrow(new InvalidMessage('not a URI', 'Via'))
})

test('255 octets of UTF-8 at most', () => {
  expect(() => parseEntityId(`u:${'ë'.repeat(127)}`)).toThrow('EntityID: over 255 octets')
})
