/**
 * Who holds the EUKey of a client, and does with it what the handshake needs: software that has the key,
 * or a card that keeps Ks_int_NAF to itself. K-1, M-2, M-3
 */
import type { Secret } from '../crypto/secret.ts'
import { equalOctets } from '../octets/octets.ts'
import type { Random } from '../ports/random.ts'
import { ALGORITHMS, type Algorithm, handshakeAlgorithm } from './algorithms.ts'
import { deriveSessionKey, RANDOM_LENGTH } from './session-keys.ts'

/** What the HASH of the client covers, and what goes into the session key. */
export interface ConnectProof {
  readonly algorithm: Algorithm
  /** RAND of the ConnectRequest, 16 octets. */
  readonly randomClient: Uint8Array
  /** RAND of the AuthenticateRequest, 16 octets. */
  readonly randomServer: Uint8Array
  /** ConnectRequest and AuthenticateRequest, as the algorithm keeps messages. */
  readonly kept: readonly [Uint8Array, Uint8Array]
}

/** What the HASH of the server has to cover. */
export interface ConnectConfirmation {
  /** Of the same exchange. */
  readonly proof: ConnectProof
  /** AuthenticateResponse, as the algorithm keeps messages. */
  readonly kept: Uint8Array
  /** HASH of the ConnectResponse; empty if it has none. */
  readonly serverHash: Uint8Array
}

/**
 * The EUKey operations of one client, one exchange after the other.
 *
 * Each rejects with `AuthenticationFailed` if it will never succeed, and with `TransportFailed` if the
 * exchange is lost but another may do.
 */
export interface EuKeyProver {
  /** What it can prove with; nothing else may be offered. */
  readonly algorithms: readonly Algorithm[]
  /** Begins an exchange. @returns RAND_client, 16 fresh random octets. */
  start(): Promise<Uint8Array>
  /** HASH of the client. M-2 */
  prove(proof: ConnectProof): Promise<Uint8Array>
  /** The session key, 32 octets; `undefined` if the HASH of the server is wrong. M-3 */
  confirm(confirmation: ConnectConfirmation): Promise<Secret | undefined>
}

/** HASH of the client. @param euKey 32 octets. @see M-2 */
export function proveConnect(euKey: Secret, { algorithm, kept }: ConnectProof): Uint8Array {
  return handshakeAlgorithm(algorithm).hash(euKey, 'connect-client', kept)
}

/**
 * The session key, 32 octets; `undefined` if the HASH of the server is wrong.
 *
 * @param euKey 32 octets.
 * @see M-2, M-3
 */
export function confirmConnect(
  euKey: Secret,
  { proof, kept, serverHash }: ConnectConfirmation,
): Secret | undefined {
  const { hash, digestOf } = handshakeAlgorithm(proof.algorithm)
  const expectedHash = hash(euKey, 'connect-server', [...proof.kept, kept])
  if (!equalOctets(serverHash, expectedHash)) return undefined
  const [connectRequest, authenticateRequest] = proof.kept
  const digests = [digestOf(connectRequest), digestOf(authenticateRequest)] as const
  return deriveSessionKey(euKey, { ...proof, digests })
}

/** Proves with a key that software holds: Ks_ext_NAF, Ks_NAF or an assigned one. */
export function createSoftwareProver(euKey: Secret, random: Random): EuKeyProver {
  return {
    algorithms: ALGORITHMS,
    start: async () => random.octets(RANDOM_LENGTH),
    prove: async (proof) => proveConnect(euKey, proof),
    confirm: async (confirmation) => confirmConnect(euKey, confirmation),
  }
}
