import { getCiphers } from 'node:tls'
import { expect, test } from 'vitest'
import { PSK_CIPHERS } from './psk-ciphers.ts'

test('one suite a version, both known to the platform, neither without encryption', () => {
  const names = PSK_CIPHERS.split(':')
  expect(names).toHaveLength(2)
  expect(getCiphers()).toEqual(expect.arrayContaining(names.map((name) => name.toLowerCase())))
  expect(PSK_CIPHERS).not.toMatch(/NULL|SECLEVEL/)
})
