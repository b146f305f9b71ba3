/**
 * What the EUKey operations of our card carry in their data fields, for card and terminal alike. Design
 * K-1; no standard has such commands, so these are our own: CLA 8X (the low digit is the channel), P1 P2
 * 00 00, and each fits one short APDU because its inputs are digests (M-1).
 *
 * | command       | INS  | command data                                          | answer      |
 * | ------------- | ---- | ----------------------------------------------------- | ----------- |
 * | START EUKEY   | `3A` | NAF_Id                                                | RAND_client |
 * | PROVE EUKEY   | `3C` | RAND_client ‖ RAND_server ‖ digest of ConnectRequest  | HASH of the |
 * |               |      | ‖ digest of AuthenticateRequest                       | client      |
 * | CONFIRM EUKEY | `3E` | digest of AuthenticateResponse ‖ HASH of the server   | session key |
 *
 * Random numbers have 16 octets, everything else but NAF_Id has 32. The HASHes are those of HMAC-SHA-256.
 * Which status words the card gives is said in `src/uicc/command-eukey.ts`; why it is so, in
 * docs/explanation/decisions/0024-eukey-operations-in-the-card.md.
 */
import { OctetReader } from '../octets/octet-reader.ts'
import { assertOctets, concatOctets } from '../octets/octets.ts'

/** Octets of RAND_client and RAND_server. M-2 */
export const EUKEY_RANDOM_LENGTH = 16
/** Octets of a digest, a HASH and the session key. M-1 to M-3 */
export const EUKEY_DIGEST_LENGTH = 32

/** What the card makes the HASH of the client with, besides Ks_int_NAF; later also the session key. */
export interface EuKeyProof {
  /** What START EUKEY gave, 16 octets: names the exchange. */
  readonly randomClient: Uint8Array
  /** RAND of the AuthenticateRequest, 16 octets. */
  readonly randomServer: Uint8Array
  /** Of ConnectRequest and AuthenticateRequest, 32 octets each. M-1 */
  readonly digests: readonly [Uint8Array, Uint8Array]
}

/** What the card verifies the server with. */
export interface EuKeyConfirmation {
  /** Of the AuthenticateResponse, 32 octets. M-1 */
  readonly digest: Uint8Array
  /** HASH of the ConnectResponse, 32 octets. M-2 */
  readonly serverHash: Uint8Array
}

/** Data of PROVE EUKEY, 96 octets. @throws {RangeError} If a part has another length. */
export function encodeEuKeyProof(proof: EuKeyProof): Uint8Array {
  const { randomClient, randomServer, digests } = proof
  assertOctets('RAND of the client', randomClient, EUKEY_RANDOM_LENGTH)
  assertOctets('RAND of the server', randomServer, EUKEY_RANDOM_LENGTH)
  for (const digest of digests) assertOctets('digest', digest, EUKEY_DIGEST_LENGTH)
  return concatOctets(randomClient, randomServer, ...digests)
}

/** @throws {InvalidMessage} If it is not 96 octets. */
export function decodeEuKeyProof(octets: Uint8Array): EuKeyProof {
  const reader = new OctetReader(octets)
  const randomClient = reader.take(EUKEY_RANDOM_LENGTH, 'RAND_client').slice()
  const randomServer = reader.take(EUKEY_RANDOM_LENGTH, 'RAND_server').slice()
  const digests = [
    reader.take(EUKEY_DIGEST_LENGTH, 'digest of ConnectRequest').slice(),
    reader.take(EUKEY_DIGEST_LENGTH, 'digest of AuthenticateRequest').slice(),
  ] as const
  reader.end('PROVE EUKEY')
  return { randomClient, randomServer, digests }
}

/** Data of CONFIRM EUKEY, 64 octets. @throws {RangeError} If a part has another length. */
export function encodeEuKeyConfirmation({ digest, serverHash }: EuKeyConfirmation): Uint8Array {
  assertOctets('digest', digest, EUKEY_DIGEST_LENGTH)
  assertOctets('HASH of the server', serverHash, EUKEY_DIGEST_LENGTH)
  return concatOctets(digest, serverHash)
}

/** @throws {InvalidMessage} If it is not 64 octets. */
export function decodeEuKeyConfirmation(octets: Uint8Array): EuKeyConfirmation {
  const reader = new OctetReader(octets)
  const digest = reader.take(EUKEY_DIGEST_LENGTH, 'digest of AuthenticateResponse').slice()
  const serverHash = reader.take(EUKEY_DIGEST_LENGTH, 'HASH').slice()
  reader.end('CONFIRM EUKEY')
  return { digest, serverHash }
}
