/**
 * Records: what travels under an attachment. Design 7, "Record": version 01 ‖ type(1) ‖ SessionID(16) ‖
 * sequence(8) ‖ AES-256-GCM ciphertext ‖ tag(16); the header is the associated data, the nonce is
 * salt ‖ sequence. Each direction starts at 0 and each record is exactly the previous one + 1.
 */
import {
  AEAD_KEY_LENGTH,
  AEAD_NONCE_LENGTH,
  AEAD_TAG_LENGTH,
  aeadOpen,
  aeadSealInto,
} from '../crypto/aead.ts'
import { Secret } from '../crypto/secret.ts'
import { concatOctets, octetsToFill } from '../octets/octets.ts'
import { type AttachmentKeys, type DirectionKeys, FRAME_VERSION } from './attachment.ts'
import { encodeSessionId, SESSION_ID_LENGTH } from './session-id.ts'

/** Types of records and their numbers. Design 7 */
export const RECORD_TYPES = { message: 1, relay: 2, ping: 3, close: 4, control: 5 } as const

/** One of them. */
export type RecordType = keyof typeof RECORD_TYPES

const NAMES_BY_NUMBER: readonly (RecordType | undefined)[] = Array.from({ length: 6 }, (_, n) =>
  (Object.keys(RECORD_TYPES) as RecordType[]).find((type) => RECORD_TYPES[type] === n),
)
const SEQUENCE_AT = 2 + SESSION_ID_LENGTH
const SEQUENCE_LENGTH = 8
/** Octets of a nonce before the sequence. */
const SALT_LENGTH = 4

/** Octets before the ciphertext. Design 7 */
export const RECORD_HEADER_LENGTH = 2 + SESSION_ID_LENGTH + 8
/** Octets that a record adds to its content. Design 7 */
export const RECORD_OVERHEAD = RECORD_HEADER_LENGTH + AEAD_TAG_LENGTH
/** Longest record in octets. Design 12 */
export const MAX_RECORD_OCTETS = 1_048_576

/** What became of a record. */
export type OpenedRecord =
  | { readonly outcome: 'record'; readonly type: RecordType; readonly content: Uint8Array }
  /** The channel is closed from then on. */
  | { readonly outcome: 'refused'; readonly reason: RecordRefusal }

/** Why a record was refused; for our own log, the peer learns nothing of it. */
export type RecordRefusal =
  | 'closed'
  | 'length'
  | 'version'
  | 'session'
  | 'sequence'
  | 'not-authentic'
  | 'type'

/** Both directions of one attachment, as one side sees them. */
export interface RecordChannel {
  /** Whether a record was refused or the keys are gone: then nothing can be sealed or opened any more. */
  readonly isClosed: boolean
  /**
   * The next record.
   *
   * @throws {TypeError} If the channel is closed. @throws {RangeError} If the record is over 1 MiB.
   */
  seal(type: RecordType, content: Uint8Array): Uint8Array
  /** Anything but the very next record of the peer closes the channel for good. */
  open(octets: Uint8Array): OpenedRecord
  /** Overwrites the keys and closes the channel. Safe to call twice. */
  wipe(): void
}

/** What a channel is made of. */
export interface RecordChannelOptions {
  /** Who we are: a client (PN GW or PNE) seals with the uplink keys, a server opens with them. */
  readonly side: 'client' | 'server'
  /** 32 lower-case hex digits. */
  readonly sessionId: string
  /** Taken over by the channel, and overwritten. */
  readonly keys: AttachmentKeys
}

/** @throws {RangeError} If the SessionID is none. */
export function createRecordChannel(options: RecordChannelOptions): RecordChannel {
  return new SealedChannel(options)
}

/*
 * What a channel knows, in one piece of memory, because a server has a channel for each session: sending
 * key ‖ receiving key ‖ nonce of the next record sent ‖ nonce of the next one received ‖ SessionID.
 */
const RECEIVING_KEY_AT = AEAD_KEY_LENGTH
const SENT_AT = 2 * AEAD_KEY_LENGTH
const RECEIVED_AT = SENT_AT + AEAD_NONCE_LENGTH
const SESSION_ID_AT = RECEIVED_AT + AEAD_NONCE_LENGTH

class SealedChannel implements RecordChannel {
  readonly #state: Secret
  #isClosed = false

  constructor({ side, sessionId, keys: { uplink, downlink } }: RecordChannelOptions) {
    const [sending, receiving] = side === 'client' ? [uplink, downlink] : [downlink, uplink]
    const pieces = [sending.key, receiving.key].map((key) => key.reveal())
    const nonces = [sending, receiving].map(firstNonce)
    const state = concatOctets(...pieces, ...nonces, encodeSessionId(sessionId))
    this.#state = Secret.of(state)
    for (const octets of [state, ...nonces]) octets.fill(0)
    for (const { key, salt } of [sending, receiving]) {
      key.wipe()
      salt.wipe()
    }
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  seal(type: RecordType, content: Uint8Array): Uint8Array {
    if (this.#isClosed) throw new TypeError('the record channel is closed')
    if (content.length > MAX_RECORD_OCTETS - RECORD_OVERHEAD) {
      throw new RangeError(`a record is over ${MAX_RECORD_OCTETS} octets`)
    }
    const nonce = this.#octets(SENT_AT, RECEIVED_AT)
    const record = octetsToFill(RECORD_OVERHEAD + content.length)
    record[0] = FRAME_VERSION
    record[1] = RECORD_TYPES[type]
    record.set(this.#octets(SESSION_ID_AT), 2)
    for (let n = 0; n < SEQUENCE_LENGTH; n++) {
      record[SEQUENCE_AT + n] = nonce[SALT_LENGTH + n] as number
    }
    const associatedData = record.subarray(0, RECORD_HEADER_LENGTH)
    const key = this.#state.part(0, RECEIVING_KEY_AT)
    aeadSealInto(record, { key, nonce, associatedData }, content)
    countOn(nonce)
    return record
  }

  open(octets: Uint8Array): OpenedRecord {
    const opened = this.#isClosed ? refused('closed') : this.#openNext(octets)
    if (opened.outcome === 'refused') this.wipe()
    return opened
  }

  wipe(): void {
    this.#isClosed = true
    this.#state.wipe()
  }

  #openNext(octets: Uint8Array): OpenedRecord {
    const nonce = this.#octets(RECEIVED_AT, SESSION_ID_AT)
    const sessionId = this.#octets(SESSION_ID_AT)
    const key = this.#state.part(RECEIVING_KEY_AT, SENT_AT)
    const opened = openRecord(octets, { sessionId, nonce, key })
    if (opened.outcome === 'record') countOn(nonce)
    return opened
  }

  #octets(from: number, to?: number): Uint8Array {
    return this.#state.reveal().subarray(from, to)
  }
}

interface Expected {
  readonly sessionId: Uint8Array
  /** Salt, then sequence. */
  readonly nonce: Uint8Array
  readonly key: DirectionKeys['key']
}

function openRecord(octets: Uint8Array, expected: Expected): OpenedRecord {
  if (octets.length < RECORD_OVERHEAD || octets.length > MAX_RECORD_OCTETS) {
    return refused('length')
  }
  const header = octets.subarray(0, RECORD_HEADER_LENGTH)
  if (header[0] !== FRAME_VERSION) return refused('version')
  const { sessionId, nonce, key } = expected
  if (!isPartOf(header, 2, sessionId)) return refused('session')
  for (let n = 0; n < SEQUENCE_LENGTH; n++) {
    if (header[SEQUENCE_AT + n] !== nonce[SALT_LENGTH + n]) return refused('sequence')
  }
  const input = { key, nonce, associatedData: header }
  const content = aeadOpen(input, octets.subarray(RECORD_HEADER_LENGTH))
  if (content === undefined) return refused('not-authentic')
  const type = typeOf(header[1])
  return type === undefined ? refused('type') : { outcome: 'record', type, content }
}

/** What is compared here is on the line for everyone to see; the tag is compared in constant time. */
function isPartOf(whole: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let n = 0; n < part.length; n++) if (whole[at + n] !== part[n]) return false
  return true
}

/** Salt ‖ sequence 0. */
function firstNonce({ salt }: DirectionKeys): Uint8Array {
  return concatOctets(salt.reveal(), new Uint8Array(RECORD_HEADER_LENGTH - SEQUENCE_AT))
}

/** The next sequence, big-endian, in place. */
function countOn(nonce: Uint8Array): void {
  for (let at = nonce.length - 1; at >= SALT_LENGTH; at--) {
    const next = ((nonce[at] ?? 0) + 1) & 0xff
    nonce[at] = next
    if (next !== 0) return
  }
}

function typeOf(number: number | undefined): RecordType | undefined {
  return number === undefined ? undefined : NAMES_BY_NUMBER[number]
}

function refused(reason: RecordRefusal): OpenedRecord {
  return { outcome: 'refused', reason }
}
