/** SessionID: 16 octets in attach frames and records, 32 lower-case hex digits everywhere else. M-3 */
import { assertOctets, toHex } from '../octets/octets.ts'

/** Octets of a SessionID. M-3 */
export const SESSION_ID_LENGTH = 16

const TEXT = /^[0-9a-f]{32}$/

/** @returns 16 octets. @throws {RangeError} If the text is not 32 lower-case hex digits. */
export function encodeSessionId(sessionId: string): Uint8Array {
  if (!TEXT.test(sessionId)) throw new RangeError('a SessionID is 32 lower-case hex digits')
  return new Uint8Array(Buffer.from(sessionId, 'hex'))
}

/** @returns 32 lower-case hex digits. @throws {RangeError} If there are not 16 octets. */
export function decodeSessionId(octets: Uint8Array): string {
  assertOctets('SessionID', octets, SESSION_ID_LENGTH)
  return toHex(octets)
}
