import { expect, test } from 'vitest'
import { addressGroup, plainAddress, withoutZone } from './address-group.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:db8:0:1::5', '2001:db8:0:1::/64'],
  ['2001:db8::5', '2001:db8:0:0::/64'],
  ['2001:db8::7:6:5:4:3', '2001:db8:0:7::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['64:ff9b::c000:201', '64:ff9b::c000:201'],
  ['unknown', 'unknown'],
  ['via urn:x:a', 'via urn:x:a'],
  ['', ''],
])('%s counts as %s', (address, group) => {
  expect(addressGroup(address)).toBe(group)
})

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '::ffff:c000:201'],
  ['::1', '::1'],
])('%s is %s', (address, plain) => {
  expect(plainAddress(address)).toBe(plain)
})

test('a zone is no part of the address', () => {
  expect([withoutZone('fe80::1%eth0'), withoutZone('::1')]).toEqual(['fe80::1', '::1'])
})
