/** Telling the frames of CPNS-1 and CPNS-2, and the octets of relay records, apart. Design 7 */
import { InvalidMessage } from '../errors/errors.ts'
import type { Frame } from '../ports/frame-socket.ts'
import {
  ATTACH_ANSWER_TYPE,
  ATTACH_FRAME_LENGTH,
  ATTACH_REQUEST_TYPE,
  FRAME_VERSION,
} from './attachment.ts'
import { MAX_RECORD_OCTETS, RECORD_OVERHEAD } from './record.ts'
import { decodeSessionId, SESSION_ID_LENGTH } from './session-id.ts'

/** What a frame is, before anything in it is believed. */
export type FrameClass =
  /** Octets of an XML message. */
  | { readonly kind: 'handshake' }
  | {
      readonly kind: 'attach-request' | 'attach-answer' | 'record'
      /** 32 lower-case hex digits, as the frame says. */
      readonly sessionId: string
    }

const LESS_THAN_SIGN = 0x3c
const FIELD = 'frame'

/**
 * By the first octet: `<` begins a handshake message, 01 an attach frame or a record.
 *
 * @throws {InvalidMessage} If the octets are neither, or shorter or longer than what they begin as.
 * @see Design 7
 */
export function classifyFrame(octets: Uint8Array): FrameClass {
  if (isHandshake(octets)) return { kind: 'handshake' }
  const first = octets[0]
  const type = octets[1]
  if (first === undefined || type === undefined) throw new InvalidMessage('truncated', FIELD)
  if (first !== FRAME_VERSION) throw new InvalidMessage('unknown version', FIELD)
  const kind = kindOf(type)
  assertLength(octets, kind)
  return { kind, sessionId: decodeSessionId(octets.subarray(2, 2 + SESSION_ID_LENGTH)) }
}

/** Whether `classifyFrame` takes the octets for a handshake message. Design 7 */
export function isHandshake(octets: Uint8Array): boolean {
  return octets[0] === LESS_THAN_SIGN
}

/** The frame that carries these octets: text for a handshake message, else binary. Design 7 */
export function frameOf(octets: Uint8Array): Frame {
  return { kind: isHandshake(octets) ? 'text' : 'binary', octets }
}

function kindOf(type: number): 'attach-request' | 'attach-answer' | 'record' {
  if (type === ATTACH_REQUEST_TYPE) return 'attach-request'
  if (type === ATTACH_ANSWER_TYPE) return 'attach-answer'
  return 'record'
}

function assertLength(
  octets: Uint8Array,
  kind: 'attach-request' | 'attach-answer' | 'record',
): void {
  const isRecord = kind === 'record'
  const shortest = isRecord ? RECORD_OVERHEAD : ATTACH_FRAME_LENGTH
  const longest = isRecord ? MAX_RECORD_OCTETS : ATTACH_FRAME_LENGTH
  if (octets.length < shortest) throw new InvalidMessage('truncated', FIELD)
  if (octets.length > longest) throw new InvalidMessage('too long', FIELD)
}
