/** The answers of a server that carry no proof: refusals. Design, chosen deviation (b); M-6 */
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

/** An Error: answers what cannot be parsed or is not expected. @param about.detail Holds no secret. */
export function errorMessage(about: {
  readonly transactionId?: string
  readonly serverEntityId: EntityId
  readonly status: Exclude<Status, 200>
  readonly detail: string
}): Uint8Array {
  const message: ErrorMessage = {
    name: 'Error',
    ...(about.transactionId !== undefined && { transactionId: about.transactionId }),
    entityId: about.serverEntityId,
    status: about.status,
    detail: about.detail.slice(0, LONGEST_DETAIL),
  }
  return encodeMessage(message)
}
