/** One request and its answer, as both ends trace them in one process, or each end its own. Design 11 */
import type { Clock } from '../../ports/clock.ts'
import { elapsedSince } from '../../trace/elapsed.ts'
import { noTrace, type ReferencePoint, type Trace, type TraceEvent } from '../../trace/trace.ts'

/** Who speaks on what. */
export interface TracedExchangeOptions {
  readonly trace: Trace
  readonly clock: Clock
  readonly point: ReferencePoint
  /** Name of the entity that asks. */
  readonly asker: string
  /** Name of the entity that answers. */
  readonly answerer: string
  /** Which end this is; default both: they are one process. */
  readonly end?: 'asker' | 'answerer'
}

/** A message with what may be shown of it. */
export interface TracedMessage {
  /** Name in the spelling of its specification. */
  readonly message: string
  readonly fields: TraceEvent['fields']
  /** Of a request that has one on the wire; default: they are numbered. */
  readonly transactionId?: string
  /** Its octets, where it has some. */
  readonly wire?: NonNullable<TraceEvent['wire']>
}

/** Traces the messages of exchanges at one end or both. */
export function createTracedExchange(options: TracedExchangeOptions) {
  const { trace, clock, point, asker, answerer, end } = options
  let exchanges = 0

  const emit = (
    { transactionId, ...elapsed }: Pick<TraceEvent, 'elapsedMs'> & { transactionId: string },
    from: string,
    shown: TracedMessage,
  ): void => {
    const to = from === asker ? answerer : asker
    const ends = { sent: from, received: to }
    const traced = end && { asker, answerer }[end]
    for (const side of ['sent', 'received'] as const) {
      if (traced !== undefined && ends[side] !== traced) continue
      const atMs = clock.nowMs()
      const line = { point, side, from, to, ...shown, transactionId, ...elapsed }
      trace({ kind: 'message', atMs, ...line })
    }
  }

  return async <Answer>(
    request: TracedMessage,
    ask: () => Promise<Answer>,
    describe: (answer: Answer) => TracedMessage,
  ): Promise<Answer> => {
    if (trace === noTrace) return ask()
    exchanges += 1
    const { transactionId = `${point}-${exchanges}` } = request
    emit({ transactionId }, asker, request)
    const sinceMs = clock.monotonicMs()
    const answer = await ask()
    emit({ transactionId, elapsedMs: elapsedSince(sinceMs, clock) }, answerer, describe(answer))
    return answer
  }
}
