import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { fingerprint } from './fingerprint.ts'
import { Secret } from './secret.ts'

test('16 hex digits in groups of four, of an HMAC under the key', () => {
  const octets = new Uint8Array(32).fill(7)
  const expected = createHmac('sha256', octets).update('CPNS key fingerprint').digest('hex')
  const shown = fingerprint(Secret.of(octets))
  expect(shown).toMatch(/^[0-9a-f]{4}(:[0-9a-f]{4}){3}$/)
  expect(shown.replaceAll(':', '')).toBe(expected.slice(0, 16))
})

test('none of a secret that could be guessed', () => {
  expect(() => fingerprint(Secret.of(new Uint8Array(15)))).toThrow(RangeError)
  expect(fingerprint(Secret.of(new Uint8Array(16)))).toHaveLength(19)
})
