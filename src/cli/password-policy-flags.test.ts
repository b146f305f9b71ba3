import { Command } from 'commander'
import { expect, test } from 'vitest'
import {
  addPasswordPolicy,
  type PasswordPolicyFlags,
  passwordPolicyOf,
} from './password-policy-flags.ts'

function policyOf(...args: string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} })
  addPasswordPolicy(command)
  return passwordPolicyOf(command.parse(args, { from: 'user' }).opts<PasswordPolicyFlags>())
}

test('30 days and no PNE through its PN GW, unless it is said', () => {
  expect(policyOf()).toEqual({ euKeyLifetimeSeconds: 2_592_000, pneAssignment: 'refuse' })
  expect(policyOf('--eukey-lifetime', '60', '--pne-assignment', 'trusted-gateway')).toEqual({
    euKeyLifetimeSeconds: 60,
    pneAssignment: 'trusted-gateway',
  })
})

test.each(['59', '315360001', 'soon'])('a life of %s is refused', (seconds) => {
  expect(() => policyOf('--eukey-lifetime', seconds)).toThrow()
})
