/** Attaching to a session from the client's side. Design 7 */
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { Random } from '../ports/random.ts'
import {
  ATTACH_NONCE_LENGTH,
  decodeAttachAnswer,
  deriveAttachmentKeys,
  encodeAttachRequest,
} from './attachment.ts'
import { attachmentErrorOf } from './attachment-error.ts'
import type { ClientSession } from './client-session.ts'
import type { LinkConnection, LinkSignal } from './link-connection.ts'
import { createRecordChannel } from './record.ts'
import { encodePing } from './record-content.ts'

const ANSWER_MS = 10_000

/**
 * Attaches: request, answer, and a ping as first record, whose answer shows that the server has the
 * session key and took the new attachment over.
 *
 * @returns False if the server does not know the session.
 * @throws {TransportFailed} If the connection ends or the server does not answer, as one does that does
 * not have the session key.
 * @throws {InvalidMessage} If the answer is about another session.
 */
export async function attach(
  connection: LinkConnection,
  session: ClientSession,
  { random }: { readonly random: Random },
): Promise<boolean> {
  const { sessionId, sessionKey } = session
  const clientNonce = random.octets(ATTACH_NONCE_LENGTH)
  connection.sendBinary(encodeAttachRequest({ sessionId, clientNonce }))
  const answer = await waitFor(connection, 'attach-answer')
  if (answer === undefined) return false
  const { sessionId: answered, serverNonce } = decodeAttachAnswer(answer.octets)
  if (answered !== sessionId) throw new InvalidMessage('of another session', 'attach answer')
  const keys = deriveAttachmentKeys(sessionKey, { clientNonce, serverNonce })
  connection.use(sessionId, createRecordChannel({ side: 'client', sessionId, keys }))
  await connection.sendRecord('ping', encodePing('request'))
  return (await waitFor(connection, 'attached')) !== undefined
}

type Signal<K extends LinkSignal['kind']> = Extract<LinkSignal, { kind: K }>

/** The signal waited for; `undefined` if the server refused instead. Others are about the past. */
async function waitFor<K extends 'attach-answer' | 'attached'>(
  connection: LinkConnection,
  kind: K,
): Promise<Signal<K> | undefined> {
  for (;;) {
    const signal = await connection.next(ANSWER_MS)
    if (signal === undefined) throw new TransportFailed('the server did not answer in time')
    if (signal.kind === 'closed') throw new TransportFailed('the connection ended')
    if (isSignal(signal, kind)) return signal
    const isRefused =
      signal.kind === 'text' && attachmentErrorOf(signal.octets) === 'authenticate-again'
    if (isRefused) return undefined
  }
}

function isSignal<K extends LinkSignal['kind']>(signal: LinkSignal, kind: K): signal is Signal<K> {
  return signal.kind === kind
}
