/** From the EUKey to the session. M-3, CR 7.5.2 */
import { hkdf, hkdfExpand } from '../crypto/hkdf.ts'
import type { Secret } from '../crypto/secret.ts'
import { assertOctets, concatOctets, utf8 } from '../octets/octets.ts'
import { EUKEY_LENGTH } from './handshake-hash.ts'
import { decodeSessionId, SESSION_ID_LENGTH } from './session-id.ts'
import { transcriptOf } from './transcript.ts'

/** Octets of `RAND` in CPNS messages. M-2 */
export const RANDOM_LENGTH = 16

/** What a session key is made of, besides the EUKey. */
export interface SessionKeyInput {
  /** RAND of the ConnectRequest, 16 octets. */
  readonly randomClient: Uint8Array
  /** RAND of the AuthenticateRequest, 16 octets. */
  readonly randomServer: Uint8Array
  /** Of ConnectRequest and AuthenticateRequest, 32 octets each: what the client's HASH covers. */
  readonly digests: readonly [Uint8Array, Uint8Array]
}

/**
 * Session key = HKDF-SHA-256(EUKey, salt RAND_client ‖ RAND_server, info `CPNS session` ‖ 00 ‖ transcript
 * of two, 32).
 *
 * @param euKey 32 octets.
 * @throws {RangeError} If an input has another length.
 * @see M-3
 */
export function deriveSessionKey(euKey: Secret, input: SessionKeyInput): Secret {
  const { randomClient, randomServer, digests } = input
  assertOctets('EUKey', euKey.reveal(), EUKEY_LENGTH)
  assertOctets('RAND of the client', randomClient, RANDOM_LENGTH)
  assertOctets('RAND of the server', randomServer, RANDOM_LENGTH)
  return hkdf(euKey, {
    salt: concatOctets(randomClient, randomServer),
    info: concatOctets(utf8('CPNS session'), Uint8Array.of(0), transcriptOf(digests)),
    length: 32,
  })
}

/**
 * SessionID = HKDF-Expand(session key, `CPNS session id`, 16).
 *
 * @param sessionKey 32 octets. @returns 32 lower-case hex digits.
 * @see M-3
 */
export function deriveSessionId(sessionKey: Secret): string {
  return decodeSessionId(hkdfExpand(sessionKey, 'CPNS session id', SESSION_ID_LENGTH).reveal())
}
