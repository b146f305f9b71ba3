/**
 * Attachments: how a session is put to use on a connection. Design 7, "Attachment": both sides give a
 * nonce, and keys of this attachment follow from them and the session key; none is ever stored.
 */
import { hkdfExpand } from '../crypto/hkdf.ts'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { OctetReader } from '../octets/octet-reader.ts'
import { assertOctets, concatOctets, utf8 } from '../octets/octets.ts'
import { decodeSessionId, encodeSessionId, SESSION_ID_LENGTH } from './session-id.ts'

/** First octet of attach frames and records. Design 7 */
export const FRAME_VERSION = 0x01
/** Second octet of an attach request, which no record type uses. Design 7 */
export const ATTACH_REQUEST_TYPE = 0x00
/** Second octet of an attach answer, which no record type uses. Design 7 */
export const ATTACH_ANSWER_TYPE = 0x80
/** Octets of a nonce. Design 7 */
export const ATTACH_NONCE_LENGTH = 16
/** Octets of an attach request or answer. Design 7 */
export const ATTACH_FRAME_LENGTH = 2 + SESSION_ID_LENGTH + ATTACH_NONCE_LENGTH

/** Asks to use a session on this connection. */
export interface AttachRequest {
  /** 32 lower-case hex digits. */
  readonly sessionId: string
  /** 16 octets. */
  readonly clientNonce: Uint8Array
}

/** Lets the client use it. */
export interface AttachAnswer {
  /** 32 lower-case hex digits. */
  readonly sessionId: string
  /** 16 octets. */
  readonly serverNonce: Uint8Array
}

/** What protects the records of one direction. */
export interface DirectionKeys {
  /** AES-256-GCM key, 32 octets. */
  readonly key: Secret
  /** First 4 octets of each nonce. */
  readonly salt: Secret
}

/** Keys of one attachment: uplink is from client to server. */
export interface AttachmentKeys {
  readonly uplink: DirectionKeys
  readonly downlink: DirectionKeys
}

/** `01 00 SessionID(16) clientNonce(16)`. Design 7 @throws {RangeError} On wrong lengths. */
export function encodeAttachRequest({ sessionId, clientNonce }: AttachRequest): Uint8Array {
  return encodeFrame(ATTACH_REQUEST_TYPE, sessionId, clientNonce)
}

/** @throws {InvalidMessage} If the octets are not exactly an attach request. */
export function decodeAttachRequest(octets: Uint8Array): AttachRequest {
  const { sessionId, nonce } = decodeFrame(ATTACH_REQUEST_TYPE, 'attach request', octets)
  return { sessionId, clientNonce: nonce }
}

/** `01 80 SessionID(16) serverNonce(16)`. Design 7 @throws {RangeError} On wrong lengths. */
export function encodeAttachAnswer({ sessionId, serverNonce }: AttachAnswer): Uint8Array {
  return encodeFrame(ATTACH_ANSWER_TYPE, sessionId, serverNonce)
}

/** @throws {InvalidMessage} If the octets are not exactly an attach answer. */
export function decodeAttachAnswer(octets: Uint8Array): AttachAnswer {
  const { sessionId, nonce } = decodeFrame(ATTACH_ANSWER_TYPE, 'attach answer', octets)
  return { sessionId, serverNonce: nonce }
}

/**
 * HKDF-Expand(session key, `CPNS attach` ‖ 00 ‖ clientNonce ‖ serverNonce, 72) = uplink key 32 ‖
 * downlink key 32 ‖ uplink salt 4 ‖ downlink salt 4.
 *
 * @param sessionKey 32 octets. @param nonces 16 octets each.
 * @throws {RangeError} If one has another length.
 * @see Design 7
 */
export function deriveAttachmentKeys(
  sessionKey: Secret,
  nonces: { readonly clientNonce: Uint8Array; readonly serverNonce: Uint8Array },
): AttachmentKeys {
  const { clientNonce, serverNonce } = nonces
  assertOctets('session key', sessionKey.reveal(), 32)
  assertOctets('clientNonce', clientNonce, ATTACH_NONCE_LENGTH)
  assertOctets('serverNonce', serverNonce, ATTACH_NONCE_LENGTH)
  const info = concatOctets(utf8('CPNS attach'), Uint8Array.of(0), clientNonce, serverNonce)
  const expanded = hkdfExpand(sessionKey, info, 72)
  const part = (from: number, to: number): Secret => Secret.of(expanded.reveal().subarray(from, to))
  const keys = {
    uplink: { key: part(0, 32), salt: part(64, 68) },
    downlink: { key: part(32, 64), salt: part(68, 72) },
  }
  expanded.wipe()
  return keys
}

function encodeFrame(type: number, sessionId: string, nonce: Uint8Array): Uint8Array {
  assertOctets('nonce', nonce, ATTACH_NONCE_LENGTH)
  return concatOctets(Uint8Array.of(FRAME_VERSION, type), encodeSessionId(sessionId), nonce)
}

function decodeFrame(
  type: number,
  field: string,
  octets: Uint8Array,
): { readonly sessionId: string; readonly nonce: Uint8Array } {
  const reader = new OctetReader(octets)
  if (reader.uint8(field) !== FRAME_VERSION) throw new InvalidMessage('unknown version', field)
  if (reader.uint8(field) !== type) throw new InvalidMessage('unknown type', field)
  const sessionId = decodeSessionId(reader.take(SESSION_ID_LENGTH, field))
  const nonce = reader.take(ATTACH_NONCE_LENGTH, field)
  reader.end(field)
  return { sessionId, nonce }
}
