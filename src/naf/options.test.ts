import { expect, test } from 'vitest'
import { parseFqdn } from '../identity/fqdn.ts'
import { nafSettingsOf } from './options.ts'

const nafFqdns = [parseFqdn('naf.example.org')]

test('defaults', () => {
  expect(nafSettingsOf({ nafFqdns })).toEqual({
    nafFqdns,
    hostAliases: {},
    keyUses: ['ME'],
    requireGbaU: false,
    algorithms: ['SHA-256', 'MD5'],
    allowAuthWithoutTls: false,
    gsids: [],
    nonceLifetimeMs: 300_000,
    noncesRemembered: 100_000,
    znLimits: { perAddressAMinute: 60, positiveMs: 60_000 },
  })
})

test('one limit changed leaves the others', () => {
  const { znLimits } = nafSettingsOf({ nafFqdns, znLimits: { outstanding: 1 } })
  expect(znLimits).toEqual({ perAddressAMinute: 60, positiveMs: 60_000, outstanding: 1 })
})

test.each([
  ['nafFqdns', { nafFqdns: [] }],
  ['keyUses', { nafFqdns, keyUses: [] }],
  ['algorithms', { nafFqdns, algorithms: [] }],
  ['nonceLifetimeMs', { nafFqdns, nonceLifetimeMs: 0 }],
  ['noncesRemembered', { nafFqdns, noncesRemembered: 0.5 }],
])('%s can be wrong', (name, options) => {
  expect(() => nafSettingsOf(options)).toThrow(name)
})
