/** A whole assignment of an EUKey over any way that carries one message and brings one back. CR 7.4.3, M-5 */
import type { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed, TransportFailed } from '../errors/errors.ts'
import type { Random } from '../ports/random.ts'
import {
  ASSIGNMENT_IDLE,
  type AssignmentDone,
  type AssignmentEvent,
  type AssignmentFailed,
  type AssignmentStart,
  assignmentStep,
} from './client-assignment.ts'
import { derivePasswordKeys } from './password-keys.ts'
import { RANDOM_LENGTH } from './session-keys.ts'
import { freshTransactionId } from './transaction-id.ts'

/** Who asks, and for whom. */
export interface EuKeyWish
  extends Pick<AssignmentStart, 'entityId' | 'userId' | 'algorithms' | 'nonce'> {
  /** As `parsePassword` gives it. */
  readonly password: Secret
}

/** What asking needs. */
export interface EuKeyWishPorts {
  readonly random: Random
  /** Takes one message to the server and brings its answer. @throws {TransportFailed} */
  readonly exchange: (octets: Uint8Array) => Promise<Uint8Array>
  /** Told of every message that is sent and received; default nobody. */
  readonly seen?: (side: 'sent' | 'received', octets: Uint8Array) => void
}

/** The server gave no EUKey, or what came instead of its answer could not be trusted. */
export class AssignmentRefused extends AuthenticationFailed {
  /** Of the EUKeyAssignmentResponse or Error; absent if the client itself broke off. */
  readonly status: number | undefined
  /** Seconds to wait before asking again, beside 429 or 503. */
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, answer: { status?: number; retryAfter?: number } = {}) {
    super(message)
    this.status = answer.status
    this.retryAfterSeconds = answer.retryAfter
  }
}

/**
 * Asks for an EUKey until it is there or refused; never twice, because each try counts at the server.
 *
 * @throws {AssignmentRefused} If the server refuses (401: UserID or password is wrong), or is not trusted.
 * @throws {TransportFailed} If the server cannot be asked.
 * @throws {CpnsError} If what came is no message of this exchange.
 * @see M-5
 */
export async function requestEuKey(
  { password, ...wish }: EuKeyWish,
  ports: EuKeyWishPorts,
): Promise<AssignmentDone> {
  let state = ASSIGNMENT_IDLE
  let event: AssignmentEvent = {
    kind: 'start',
    transactionId: freshTransactionId(ports.random),
    randomClient: ports.random.octets(RANDOM_LENGTH),
    ...wish,
  }
  for (;;) {
    const next = assignmentStep(state, event)
    state = next.state
    if (next.outcome?.kind === 'assigned') return next.outcome
    if (next.outcome !== undefined) throw refusalOf(next.outcome)
    if (next.derive !== undefined) {
      event = { kind: 'derived', keys: await derivePasswordKeys(password, next.derive) }
    } else if (next.send !== undefined) {
      ports.seen?.('sent', next.send)
      const octets = await ports.exchange(next.send)
      ports.seen?.('received', octets)
      event = { kind: 'message', octets }
    } else throw new TransportFailed('the assignment came to no end')
  }
}

function refusalOf(failed: AssignmentFailed): AssignmentRefused {
  const { reason, status, retryAfter } = failed
  const sentence = reason === 'refused' ? refusedSentence(failed) : SENTENCES[reason]
  return new AssignmentRefused(`${sentence}${status === undefined ? '' : ` (status ${status})`}`, {
    ...(status !== undefined && { status }),
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

function refusedSentence({ status, retryAfter }: AssignmentFailed): string {
  if (status === 401) return 'UserID or password is wrong'
  if (status === 403) return 'the server gives this entity no EUKey of this user'
  if (status === 429 && retryAfter !== undefined) {
    return `too many attempts; try again in ${retryAfter} s`
  }
  return 'the server gave no EUKey'
}

const SENTENCES: Readonly<Record<Exclude<AssignmentFailed['reason'], 'refused'>, string>> = {
  timeout: 'the server did not answer in time',
  'algorithm-not-offered': 'the server chose an algorithm that was not offered',
  'cost-not-accepted': 'the server asks for a scrypt cost outside N 2^14 to 2^17, r 8, p 1 to 5',
  'server-hash-wrong': 'the server did not prove that it knows the password (HASH)',
  'eukey-not-opened': 'the EUKey of the server does not decrypt',
}
