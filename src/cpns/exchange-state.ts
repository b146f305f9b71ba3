/**
 * The server's memory of an unfinished exchange. M-4: sealed, it travels as `State` with the client, so
 * that an unfinished handshake costs the server nothing and any node can finish it. What is sealed here
 * comes back as it was or not at all; the decoder is strict all the same.
 */
import { InvalidMessage } from '../errors/errors.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { parseUserId, type UserId } from '../identity/user-id.ts'
import { OctetReader } from '../octets/octet-reader.ts'
import { concatOctets, fromUtf8, lengthPrefixed, uint32, uint64, utf8 } from '../octets/octets.ts'
import { ALGORITHMS, type Algorithm } from './algorithms.ts'
import { KEY_TYPES, type KeyType } from './key-type.ts'
import { RANDOM_LENGTH } from './session-keys.ts'

/** Cost of a password's key, as AuthReqData carries it. M-5 */
export interface KdfParameters {
  readonly kdf: 'scrypt'
  /** 16 octets. */
  readonly salt: Uint8Array
  readonly n: number
  readonly r: number
  readonly p: number
}

/** Every field of M-4. */
export interface ExchangeState {
  readonly kind: 'connect' | 'assignment'
  /** As the algorithm keeps it: SHA-256 of the first message, in cpns-1.0 its octets. */
  readonly firstMessage: Uint8Array
  /** 16 octets. */
  readonly randomClient: Uint8Array
  readonly entityId: EntityId
  readonly role: 'pn-gw' | 'pne'
  /** EntityID of the PN GW that a PNE is behind. */
  readonly via?: EntityId
  /** Of an assignment. */
  readonly userId?: UserId
  readonly keyType: KeyType
  /** B-TID, or the id of an assigned EUKey. */
  readonly euKeyId: string
  /** UTC milliseconds. */
  readonly issuedAtMs: number
  readonly transactionId: string
  /** 16 octets. */
  readonly randomServer: Uint8Array
  readonly algorithm: Algorithm
  /** Seconds. */
  readonly sessionLifetime: number
  /** Of an assignment. */
  readonly kdf?: KdfParameters
}

const VERSION = 1
const SALT_LENGTH = 16
const FIELD = 'State'
const KINDS = ['connect', 'assignment'] as const
const ROLES = ['pn-gw', 'pne'] as const
const NOTHING = new Uint8Array(0)

/**
 * Compact octets of a state, to be sealed.
 *
 * @throws {RangeError} If a number or a length does not fit.
 */
export function encodeExchangeState(state: ExchangeState): Uint8Array {
  return concatOctets(
    Uint8Array.of(VERSION, indexIn(KINDS, state.kind), indexIn(ROLES, state.role)),
    Uint8Array.of(indexIn(KEY_TYPES, state.keyType), indexIn(ALGORITHMS, state.algorithm)),
    state.randomClient,
    state.randomServer,
    uint64(BigInt(state.issuedAtMs)),
    uint32(state.sessionLifetime),
    lengthPrefixed(state.firstMessage),
    text(state.entityId),
    text(state.via ?? ''),
    text(state.userId ?? ''),
    text(state.euKeyId),
    text(state.transactionId),
    lengthPrefixed(state.kdf === undefined ? NOTHING : encodeKdf(state.kdf)),
  )
}

/** @throws {InvalidMessage} If the octets are not exactly one state. */
export function decodeExchangeState(octets: Uint8Array): ExchangeState {
  const reader = new OctetReader(octets)
  if (reader.uint8(FIELD) !== VERSION) throw new InvalidMessage('unknown version', FIELD)
  const kind = itemOf(KINDS, reader)
  const role = itemOf(ROLES, reader)
  const keyType = itemOf(KEY_TYPES, reader)
  const algorithm = itemOf(ALGORITHMS, reader)
  const randomClient = reader.take(RANDOM_LENGTH, FIELD)
  const randomServer = reader.take(RANDOM_LENGTH, FIELD)
  const issuedAtMs = Number(reader.uint64(FIELD))
  if (!Number.isSafeInteger(issuedAtMs)) throw new InvalidMessage('no such time', FIELD)
  const sessionLifetime = reader.uint32(FIELD)
  const firstMessage = reader.lengthPrefixed(FIELD)
  const entityId = parseEntityId(textOf(reader), FIELD)
  const via = textOf(reader)
  const userId = textOf(reader)
  const euKeyId = textOf(reader)
  const transactionId = textOf(reader)
  const kdf = decodeKdf(reader.lengthPrefixed(FIELD))
  reader.end(FIELD)
  return {
    kind,
    role,
    keyType,
    algorithm,
    randomClient,
    randomServer,
    issuedAtMs,
    sessionLifetime,
    firstMessage,
    entityId,
    ...(via !== '' && { via: parseEntityId(via, FIELD) }),
    ...(userId !== '' && { userId: parseUserId(userId, FIELD) }),
    euKeyId,
    transactionId,
    ...(kdf !== undefined && { kdf }),
  }
}

function encodeKdf({ salt, n, r, p }: KdfParameters): Uint8Array {
  return concatOctets(salt, uint32(n), uint32(r), uint32(p))
}

function decodeKdf(octets: Uint8Array): KdfParameters | undefined {
  if (octets.length === 0) return undefined
  const reader = new OctetReader(octets)
  const salt = reader.take(SALT_LENGTH, FIELD)
  const [n, r, p] = [reader.uint32(FIELD), reader.uint32(FIELD), reader.uint32(FIELD)]
  reader.end(FIELD)
  return { kdf: 'scrypt', salt, n, r, p }
}

function text(value: string): Uint8Array {
  return lengthPrefixed(utf8(value))
}

function textOf(reader: OctetReader): string {
  return fromUtf8(reader.lengthPrefixed(FIELD), FIELD)
}

function indexIn<T>(items: readonly T[], item: T): number {
  return items.indexOf(item)
}

function itemOf<T>(items: readonly T[], reader: OctetReader): T {
  const item = items[reader.uint8(FIELD)]
  if (item === undefined) throw new InvalidMessage('unknown value', FIELD)
  return item
}
