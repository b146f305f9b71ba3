/**
 * What is inside records, by type. Design 7: 1 message (length(2) ‖ XML ‖ payload), 2 relay (length(1) ‖
 * EntityID of the PNE ‖ octets), 3 ping, 4 close, 5 control (XML alone, read by `decodeMessage`).
 *
 * Chosen where the design is silent: a ping is one octet, 00 for the request and 01 for the answer; a
 * close is the Status as two octets, and the message part of a record is `Message`, `MessageResult`,
 * `Disconnect` or `Error`.
 */
import { InvalidMessage } from '../errors/errors.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { OctetReader } from '../octets/octet-reader.ts'
import { fromUtf8, octetsToFill, uint16, utf8 } from '../octets/octets.ts'
import { MAX_MESSAGE_OCTETS } from './messages.ts'
import { isStatus, type Status } from './status.ts'

/** Longest payload of a message in octets. Design 7 */
export const MAX_PAYLOAD_OCTETS = 65_536

/** Content of a message record. */
export interface MessageContent {
  /** The message as `encodeMessage` gives it. */
  readonly xml: Uint8Array
  /** At most 64 KiB; empty with all messages but `Message`. */
  readonly payload: Uint8Array
}

/** Content of a relay record, in either direction. */
export interface RelayContent {
  /** The PNE that the octets are from or for. */
  readonly entityId: EntityId
  /** A handshake message, attach frame or record; not looked into here. */
  readonly octets: Uint8Array
}

/** Asking whether the other side is there, and saying so. */
export type Ping = 'request' | 'answer'

const PINGS: readonly Ping[] = ['request', 'answer']

/** @throws {RangeError} If a part is over its limit. */
export function encodeMessageContent({ xml, payload }: MessageContent): Uint8Array {
  if (xml.length > MAX_MESSAGE_OCTETS) throw new RangeError('the XML is over 4 KiB')
  if (payload.length > MAX_PAYLOAD_OCTETS) throw new RangeError('the payload is over 64 KiB')
  const content = octetsToFill(2 + xml.length + payload.length)
  content[0] = xml.length >> 8
  content[1] = xml.length & 0xff
  content.set(xml, 2)
  content.set(payload, 2 + xml.length)
  return content
}

/** @throws {InvalidMessage} If it is truncated, or a part is over its limit. */
export function decodeMessageContent(octets: Uint8Array): MessageContent {
  const reader = new OctetReader(octets)
  const xml = reader.lengthPrefixed('message record')
  if (xml.length > MAX_MESSAGE_OCTETS) throw new InvalidMessage('over 4 KiB', 'XML')
  const payload = reader.takeRest()
  if (payload.length > MAX_PAYLOAD_OCTETS) throw new InvalidMessage('over 64 KiB', 'payload')
  return { xml, payload }
}

/** The XML of content that `decodeMessageContent` refuses; `undefined` if that cannot be found. */
export function xmlOfMessageContent(octets: Uint8Array): Uint8Array | undefined {
  const reader = new OctetReader(octets)
  if (reader.remaining < 2) return undefined
  const length = reader.uint16('message record')
  return length > reader.remaining ? undefined : reader.take(length, 'message record')
}

/** @throws {RangeError} If there are no octets to relay, or the EntityID is over 255 octets. */
export function encodeRelayContent({ entityId, octets }: RelayContent): Uint8Array {
  const id = utf8(entityId)
  if (id.length > 255) throw new RangeError('an EntityID has at most 255 octets')
  if (octets.length === 0) throw new RangeError('nothing to relay')
  const content = octetsToFill(1 + id.length + octets.length)
  content[0] = id.length
  content.set(id, 1)
  content.set(octets, 1 + id.length)
  return content
}

/** @throws {InvalidMessage} If it is truncated, empty, or its EntityID is none. */
export function decodeRelayContent(content: Uint8Array): RelayContent {
  const reader = new OctetReader(content)
  const id = reader.take(reader.uint8('relay record'), 'relay record')
  const entityId = parseEntityId(fromUtf8(id, 'EntityID'))
  const octets = reader.takeRest()
  if (octets.length === 0) throw new InvalidMessage('truncated', 'relay record')
  return { entityId, octets }
}

/** One octet. */
export function encodePing(ping: Ping): Uint8Array {
  return Uint8Array.of(PINGS.indexOf(ping))
}

/** @throws {InvalidMessage} If it is neither request nor answer. */
export function decodePing(octets: Uint8Array): Ping {
  const reader = new OctetReader(octets)
  const ping = PINGS[reader.uint8('ping')]
  if (ping === undefined) throw new InvalidMessage('neither request nor answer', 'ping')
  reader.end('ping')
  return ping
}

/** Two octets. @param status Why the attachment ends: 410 with its session, 200 at the end of work. */
export function encodeCloseContent(status: Status): Uint8Array {
  return uint16(status)
}

/** @throws {InvalidMessage} If it is not one status of M-6. */
export function decodeCloseContent(octets: Uint8Array): Status {
  const reader = new OctetReader(octets)
  const status = reader.uint16('close')
  reader.end('close')
  if (!isStatus(status)) throw new InvalidMessage('not a status', 'close')
  return status
}
