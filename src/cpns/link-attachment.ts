/** Attaching to a session from the client's side. Design 7 */
import { TransportFailed } from '../errors/errors.ts'
import type { Random } from '../ports/random.ts'
import {
  ATTACH_NONCE_LENGTH,
  decodeAttachAnswer,
  deriveAttachmentKeys,
  encodeAttachRequest,
} from './attachment.ts'
import { attachmentErrorOf } from './attachment-error.ts'
import type { ClientSession } from './client-session.ts'
import type { LinkConnection } from './link-connection.ts'
import { encodePing } from './record-content.ts'
import { createRecordChannel } from './record.ts'

const ANSWER_MS = 10_000

/**
 * Attaches: request, answer, and a ping as first record, whose answer shows that the server has the
 * session key and took the new attachment over.
 *
 * @returns False if the server does not know the session, or its proof failed.
 * @throws {TransportFailed} If the connection ends or the server does not answer.
 */
export async function attach(
  connection: LinkConnection,
  session: ClientSession,
  { random }: { readonly random: Random },
): Promise<boolean> {
  const { sessionId, sessionKey } = session
  const clientNonce = random.octets(ATTACH_NONCE_LENGTH)
  await connection.sendBinary(encodeAttachRequest({ sessionId, clientNonce }))
  const answer = await waitFor(connection, 'attach-answer')
  if (answer === undefined) return false
  const { sessionId: answered, serverNonce } = decodeAttachAnswer(answer)
  if (answered !== sessionId) return false
  const keys = deriveAttachmentKeys(sessionKey, { clientNonce, serverNonce })
  connection.use(sessionId, createRecordChannel({ side: 'client', sessionId, keys }))
  await connection.sendRecord('ping', encodePing('request'))
  return (await waitFor(connection, 'attached')) !== undefined
}

/** Octets of the signal (none with `attached`); `undefined` if the server refused instead. */
async function waitFor(
  connection: LinkConnection,
  kind: 'attach-answer' | 'attached',
): Promise<Uint8Array | undefined> {
  for (;;) {
    const signal = await connection.next(ANSWER_MS)
    if (signal === undefined) throw new TransportFailed('the server did not answer in time')
    if (signal.kind === 'closed') throw new TransportFailed('the connection ended')
    if (signal.kind === kind) return signal.kind === 'attach-answer' ? signal.octets : NOTHING
    const isRefused =
      signal.kind === 'text' && attachmentErrorOf(signal.octets) === 'authenticate-again'
    if (isRefused) return undefined
  }
}

const NOTHING = new Uint8Array(0)
