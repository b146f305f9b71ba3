/** The flags of `cpns server serve` about EUKeys by UserID and password. M-5, M-7 */
import { type Command, Option } from 'commander'
import { DEFAULT_PASSWORD_POLICY, type PasswordPolicy } from '../cpns-server/password-policy.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { parseWholeNumber } from './whole-number.ts'

/** The flags as they come from the command line. */
export interface PasswordPolicyFlags {
  readonly eukeyLifetime: number
  readonly pneAssignment: PasswordPolicy['pneAssignment']
}

/** What an EncryptedEUKey can say. Design 6 */
const TEN_YEARS_SECONDS = 315_360_000

/** Adds them. */
export function addPasswordPolicy(serve: Command): void {
  const { euKeyLifetimeSeconds, pneAssignment } = DEFAULT_PASSWORD_POLICY
  serve
    .option(
      '--eukey-lifetime <seconds>',
      'life of EUKeys by UserID and password',
      parseWholeNumber,
      euKeyLifetimeSeconds,
    )
    .addOption(
      new Option('--pne-assignment <what>', 'a PNE that asks for an EUKey through its PN GW')
        .choices(['refuse', 'trusted-gateway'])
        .default(pneAssignment),
    )
}

/** @throws {ConfigurationInvalid} Naming the flag. */
export function passwordPolicyOf(flags: PasswordPolicyFlags): Partial<PasswordPolicy> {
  const { eukeyLifetime: euKeyLifetimeSeconds, pneAssignment } = flags
  if (euKeyLifetimeSeconds < 60 || euKeyLifetimeSeconds > TEN_YEARS_SECONDS) {
    throw new ConfigurationInvalid(`--eukey-lifetime: not 60 to ${TEN_YEARS_SECONDS} seconds`)
  }
  return { euKeyLifetimeSeconds, pneAssignment }
}
