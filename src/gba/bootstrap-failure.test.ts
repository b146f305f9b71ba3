import { expect, test } from 'vitest'
import { bootstrapError } from './bootstrap-failure.ts'

test.each([
  [{ outcome: 'mac-failure' }, '98 62'],
  [{ outcome: 'mac-failure' }, '(GBA_U) where it does not, or the other way round'],
  [{ outcome: 'sync-failure-repeated' }, 'resynchronisation did not help'],
  [{ outcome: 'server-not-authenticated' }, 'rspauth'],
  [{ outcome: 'refused', status: 403 }, 'status 403'],
  [{ outcome: 'refused', status: 400, reason: 'nc: missing' }, 'status 400 (nc: missing)'],
  [{ outcome: 'name-mismatch', field: 'realm' }, 'the realm of the BSF'],
  [{ outcome: 'protocol-error', reason: 'qop: missing' }, 'qop: missing'],
] as const)('%j stays, and says what failed', (failure, words) => {
  const error = bootstrapError(failure)
  expect(error.code).toBe('authentication-failed')
  expect(error.message).toContain(words)
})

test.each([408, 429, 500, 503])('a BSF that says %i may soon say something else', (status) => {
  expect(bootstrapError({ outcome: 'refused', status }).code).toBe('transport-failed')
})
