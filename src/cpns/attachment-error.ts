/** The two Errors by which a server answers frames that belong to no attachment of its own. Design 7 */
import { decodeMessage } from './messages.ts'

/** What the client does about it. */
export type AttachmentError = 'attach-again' | 'authenticate-again'

/**
 * Reads an Error 409 ("attach again") or 401 ("authenticate again"). They are not authenticated: at
 * most they make a client prove itself once more.
 *
 * @returns `undefined` for every other message.
 * @throws {InvalidMessage} If the octets are no message.
 */
export function attachmentErrorOf(octets: Uint8Array): AttachmentError | undefined {
  const message = decodeMessage(octets)
  if (message.name !== 'Error') return undefined
  if (message.status === 401) return 'authenticate-again'
  return message.status === 409 ? 'attach-again' : undefined
}
