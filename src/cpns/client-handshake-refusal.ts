/** What the server says instead of going on with an exchange. Design 6, M-6, M-8 */
import { InvalidMessage } from '../errors/errors.ts'
import type { KeyType } from './key-type.ts'
import type { ConnectResponse, CpnsMessage } from './messages.ts'
import type { Status } from './status.ts'

/** A refusal; not authenticated, so believe only what M-8 lets you. */
export interface Refusal {
  readonly status: Status
  /** Beside a 402; must equal what is configured. Design 4 */
  readonly hints?: Pick<ConnectResponse, 'bsf' | 'naf' | 'uaId'>
  /** Beside a 421. K-1 */
  readonly keyType?: KeyType
  /** Seconds, beside a 429 or 503. */
  readonly retryAfter?: number
}

/** The refusal that a message is; `undefined` if it is none. */
export function refusalIn(message: CpnsMessage): Refusal | undefined {
  if (message.name === 'Error') return { status: message.status }
  if (message.name === 'EUKeyAssignmentResponse' && message.status !== 200) {
    const { status, retryAfter } = message
    return { status, ...(retryAfter !== undefined && { retryAfter }) }
  }
  if (message.name !== 'ConnectResponse' || message.status === 200) return undefined
  const { bsf, naf, uaId, keyType, retryAfter } = message
  const hints = {
    ...(bsf !== undefined && { bsf }),
    ...(naf !== undefined && { naf }),
    ...(uaId !== undefined && { uaId }),
  }
  return {
    status: message.status,
    ...(Object.keys(hints).length > 0 && { hints }),
    ...(keyType !== undefined && { keyType }),
    ...(retryAfter !== undefined && { retryAfter }),
  }
}

/**
 * An Error may lack the TransactionID: its sender could not read it.
 *
 * @throws {InvalidMessage} If a message is of another exchange.
 */
export function assertTransaction(message: CpnsMessage, transactionId: string): void {
  const isNameless = message.name === 'Error' && message.transactionId === undefined
  if (!isNameless && message.transactionId !== transactionId) {
    throw new InvalidMessage('of another exchange', 'TransactionID')
  }
}
