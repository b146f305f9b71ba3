/** Values that the suites of `ServerStore` start from. */
import type {
  EuKey,
  HandshakeCompletion,
  Owner,
  Session,
  TombstoneKey,
} from '../../src/cpns-server/server-store.ts'
import type { AssignmentCompletion, User } from '../../src/cpns-server/user-store.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { parseEntityId } from '../../src/identity/entity-id.ts'
import { parseUserId } from '../../src/identity/user-id.ts'

/** UTC milliseconds at which the samples were made. */
export const NOW = 1_000_000
/** When the EUKeys of the samples expire, unless another time is given. */
export const KEY_EXPIRES = NOW + 86_400_000
/** When the sessions of the samples expire, unless another time is given. */
export const SESSION_EXPIRES = NOW + 3_600_000

export const PHONE = parseEntityId('urn:uuid:phone')
export const WATCH = parseEntityId('urn:uuid:watch')
export const ALICE: Owner = { kind: 'impi', id: 'alice@ims.example' }
export const MALLORY: Owner = { kind: 'impi', id: 'mallory@ims.example' }

/** The user of the samples. */
export const USER = parseUserId('Älice Ω')

/** 32 octets of one value. */
export const secretOf = (octet: number): Secret => Secret.of(new Uint8Array(32).fill(octet))

/** A CPNS User, as old as the samples. */
export function sampleUser(changes: Partial<User> = {}): User {
  return {
    userId: USER,
    kdf: { kdf: 'scrypt', salt: new Uint8Array(16).fill(3), n: 32_768, r: 8, p: 1 },
    keys: { authKey: secretOf(1), wrapBase: secretOf(2) },
    createdAtMs: NOW,
    changedAtMs: NOW,
    ...changes,
  }
}

/** EUKey number `n` of an entity, of Alice unless said otherwise. */
export function sampleEuKey(n: number, changes: Partial<EuKey> = {}): EuKey {
  return {
    id: `btid-${n}`,
    entityId: PHONE,
    owner: ALICE,
    source: 'gba-u',
    keyType: 'ks-ext-naf',
    key: secretOf(n),
    createdAtMs: NOW,
    expiresAtMs: KEY_EXPIRES,
    ...changes,
  }
}

/** What the tombstone of exchange `n` is found by. */
export function sampleTombstoneKey(n: number): TombstoneKey {
  return { stateDigest: `state-${n}`, forgetAfterMs: NOW + 90_000 }
}

/** Session number `n` under an EUKey. */
export function sampleSession(n: number, euKey: EuKey, changes: Partial<Session> = {}): Session {
  return {
    sessionId: n.toString(16).padStart(32, '0'),
    entityId: euKey.entityId,
    role: 'pn-gw',
    euKeyId: euKey.id,
    sessionKey: secretOf(0x80 + n),
    createdAtMs: NOW,
    expiresAtMs: SESSION_EXPIRES,
    ...changes,
  }
}

/** Exchange number `n`: it makes session `n` under `euKey`. */
export function sampleCompletion(
  n: number,
  euKey: EuKey,
  changes: Partial<HandshakeCompletion> = {},
): HandshakeCompletion {
  return {
    tombstone: {
      ...sampleTombstoneKey(n),
      messageDigest: `message-${n}`,
      answer: Uint8Array.of(0x3c, n),
    },
    stateExpiresAtMs: NOW + 30_000,
    euKey,
    bindFirstUse: true,
    session: sampleSession(n, euKey),
    formerSessionEndsAtMs: NOW + 30_000,
    ...changes,
  }
}

/** Assignment number `n` of `euKey`, whose user is as old as the samples. */
export function sampleAssignment(
  n: number,
  euKey: EuKey,
  changes: Partial<AssignmentCompletion> = {},
): AssignmentCompletion {
  const { tombstone, stateExpiresAtMs } = sampleCompletion(n, euKey)
  return {
    tombstone,
    stateExpiresAtMs,
    euKey,
    userChangedAtMs: NOW,
    bindFirstUse: true,
    attempts: { forgiven: [], returned: [] },
    ...changes,
  }
}
