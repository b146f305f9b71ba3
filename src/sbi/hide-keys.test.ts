import { expect, test } from 'vitest'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { hideKeys } from './hide-keys.ts'

test.each([
  [
    'JSON',
    '{"impi":"a","ck" : "0aff","meKeyMaterial":"ab"}',
    '{"impi":"a","ck" : "0000","meKeyMaterial":"00"}',
  ],
  [
    'XML',
    '<a:meKeyMaterial x="y">q0+/=</a:meKeyMaterial>',
    '<a:meKeyMaterial x="y">AAAA=</a:meKeyMaterial>',
  ],
  ['other names stay', '{"rand":"0a"}<btid>x</btid>', '{"rand":"0a"}<btid>x</btid>'],
  ['nothing', '', ''],
])('%s', (_, body, hidden) => {
  expect(fromUtf8(hideKeys(utf8(body)))).toBe(hidden)
})

test('what is no text may hold anything, so nothing of it is left', () => {
  expect(hideKeys(Uint8Array.of(0xff, 0x41))).toEqual(new Uint8Array(2))
})
