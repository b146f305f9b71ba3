/**
 * Which of two attachments of one session a record belongs to. Design 7: both carry the same SessionID
 * until the new attachment has its first valid record; each direction of an attachment starts at 0, so
 * a record with sequence 0 can only be the first one of the new attachment.
 */
import { RECORD_HEADER_LENGTH } from './record.ts'
import { SESSION_ID_LENGTH } from './session-id.ts'

const SEQUENCE_AT = 2 + SESSION_ID_LENGTH

/** @param octets A record, as `classifyFrame` tells. @returns Whether its sequence is 0. */
export function isFirstRecord(octets: Uint8Array): boolean {
  for (let at = SEQUENCE_AT; at < RECORD_HEADER_LENGTH; at++) if (octets[at] !== 0) return false
  return true
}
