/** The answers of a server that carry no proof: refusals. Design, chosen deviation (b); M-6 */
import { cutText } from '../cpns/message-rules.ts'
import { type ConnectResponse, type ErrorMessage, encodeMessage } from '../cpns/messages.ts'
import type { Status } from '../cpns/status.ts'
import type { EntityId } from '../identity/entity-id.ts'

/** Characters of `Detail`. Design 6 */
const LONGEST_DETAIL = 256

/** What a refusal may add to its status. */
export type RefusalHints = Pick<ConnectResponse, 'bsf' | 'naf' | 'uaId' | 'keyType' | 'retryAfter'>

/** A ConnectResponse that refuses. @param to.transactionId Of the request that is refused. */
export function refuseConnect(
  to: { readonly transactionId: string; readonly serverEntityId: EntityId },
  status: Exclude<Status, 200>,
  hints: RefusalHints = {},
): Uint8Array {
  return encodeMessage({
    name: 'ConnectResponse',
    transactionId: to.transactionId,
    entityId: to.serverEntityId,
    status,
    ...hints,
  })
}

/** An EUKeyAssignmentResponse that refuses. CR 7.4.3.2, M-6 @param to As in `refuseConnect`. */
export function refuseAssignment(
  to: { readonly transactionId: string; readonly serverEntityId: EntityId },
  status: Exclude<Status, 200>,
  hints: Pick<RefusalHints, 'retryAfter'> = {},
): Uint8Array {
  return encodeMessage({
    name: 'EUKeyAssignmentResponse',
    transactionId: to.transactionId,
    entityId: to.serverEntityId,
    status,
    ...hints,
  })
}

/** What an Error says. */
export interface ErrorContent {
  /** Of the exchange that it is about, if that could be read. */
  readonly transactionId?: string
  readonly serverEntityId: EntityId
  readonly status: Exclude<Status, 200>
  /** Holds no secret. */
  readonly detail: string
}

/** An Error: answers what cannot be parsed or is not expected, but never another Error. */
export function errorOf(content: ErrorContent): ErrorMessage {
  const { transactionId, serverEntityId, status, detail } = content
  return {
    name: 'Error',
    ...(transactionId !== undefined && { transactionId }),
    entityId: serverEntityId,
    status,
    detail: cutText(detail, LONGEST_DETAIL),
  }
}

/** Its octets. */
export function encodeError(content: ErrorContent): Uint8Array {
  return encodeMessage(errorOf(content))
}
