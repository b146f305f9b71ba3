import { expect, test } from 'vitest'
import { DEFAULT_PASSWORD_POLICY, passwordPolicyOf } from './password-policy.ts'

test('30 days, no PNE through its PN GW, N 2^15 r 8 p 1; what is set counts', () => {
  expect(passwordPolicyOf()).toEqual(DEFAULT_PASSWORD_POLICY)
  expect(DEFAULT_PASSWORD_POLICY).toMatchObject({
    euKeyLifetimeSeconds: 2_592_000,
    pneAssignment: 'refuse',
    cost: { n: 32_768, r: 8, p: 1 },
  })
  const changed = passwordPolicyOf({ euKeyLifetimeSeconds: 60 })
  expect(changed).toEqual({ ...DEFAULT_PASSWORD_POLICY, euKeyLifetimeSeconds: 60 })
})
