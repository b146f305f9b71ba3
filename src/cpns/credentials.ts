/** The EUKey that a PN GW or PNE goes into a handshake with. K-1, K-4 */
import type { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed } from '../errors/errors.ts'
import type { Btid } from '../identity/btid.ts'
import type { KeyType } from './key-type.ts'
import type { ConnectResponse } from './messages.ts'

/** What a client proves itself with. */
export interface Credentials {
  /** 32 octets. */
  readonly euKey: Secret
  readonly keyType: KeyType
  /** Set with a key from GBA. */
  readonly btid?: Btid
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
