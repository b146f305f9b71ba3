/** The EUKey that a PN GW or PNE goes into a handshake with. K-1, K-4, M-8 */
import type { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed } from '../errors/errors.ts'
import type { Btid } from '../identity/btid.ts'
import type { Random } from '../ports/random.ts'
import { createSoftwareProver, type EuKeyProver } from './eukey-prover.ts'
import type { KeyType } from './key-type.ts'
import type { ConnectResponse } from './messages.ts'

/** What a client proves itself with. */
export type Credentials = SoftwareCredentials | CardCredentials

/** The EUKey itself. */
export interface SoftwareCredentials {
  /** 32 octets. */
  readonly euKey: Secret
  readonly keyType: Exclude<KeyType, 'ks-int-naf'>
  /** Set with a key from GBA. */
  readonly btid?: Btid
}

/** An EUKey that does not leave the card, and the card's operations with it. K-1 */
export interface CardCredentials {
  readonly euKey?: undefined
  readonly prover: EuKeyProver
  readonly keyType: 'ks-int-naf'
  readonly btid: Btid
}

/** Who does with the EUKey what the handshake needs. @param random Draws RAND_client in software. */
export function proverOf(credentials: Credentials, random: Random): EuKeyProver {
  return credentials.euKey === undefined
    ? credentials.prover
    : createSoftwareProver(credentials.euKey, random)
}

/** What a server says beside a 402; hints that must equal what is configured. Design 4 */
export type BootstrappingHints = Pick<ConnectResponse, 'bsf' | 'naf' | 'uaId'>

/** Where a client gets its EUKey. */
export interface CredentialSource {
  /**
   * The EUKey for the next handshake.
   *
   * @param refused The server's hints, if it answered 402 to the credentials given last: a source that
   * can make new ones (GBA) makes them, another throws.
   * @throws {AuthenticationFailed} Saying which check failed, if there is no EUKey to be had.
   * @throws {ConfigurationInvalid} If the hints name another NAF or BSF than is configured.
   */
  obtain(refused?: BootstrappingHints): Promise<Credentials>
  /**
   * The server answered 421: it demands another kind of key. A source without this has only one.
   *
   * @returns Credentials of that kind; `obtain` gives no other from then on.
   * @throws {AuthenticationFailed} If that would lower the demand, which nobody authenticated (M-8), or if
   * there are no such credentials to be had.
   */
  raiseDemand?(keyType: KeyType): Promise<Credentials>
}

/** The server refused a ConnectRequest, or what came instead of its answer could not be trusted. */
export class ConnectRefused extends AuthenticationFailed {
  /** Of the ConnectResponse or Error; absent if the client itself broke off. */
  readonly status: number | undefined

  constructor(message: string, status?: number) {
    super(message)
    this.status = status
  }
}
