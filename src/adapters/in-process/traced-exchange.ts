/** One request and its answer inside one process, as both ends would trace them. Design 11 */
import type { Clock } from '../../ports/clock.ts'
import type { ReferencePoint, Trace, TraceEvent } from '../../trace/trace.ts'

/** Who speaks on what. */
export interface TracedExchangeOptions {
  readonly trace: Trace
  readonly clock: Clock
  readonly point: ReferencePoint
  /** Name of the entity that asks. */
  readonly asker: string
  /** Name of the entity that answers. */
  readonly answerer: string
}

/** A message with what may be shown of it. */
export interface TracedMessage {
  /** Name in the spelling of its specification. */
  readonly message: string
  readonly fields: TraceEvent['fields']
}

/** Traces both ends of each message of exchanges, which it numbers. */
export function createTracedExchange(options: TracedExchangeOptions) {
  const { trace, clock, point, asker, answerer } = options
  let exchanges = 0

  const emit = (transactionId: string, from: string, shown: TracedMessage): void => {
    const to = from === asker ? answerer : asker
    for (const side of ['sent', 'received'] as const) {
      const atMs = clock.nowMs()
      trace({ kind: 'message', atMs, point, side, from, to, transactionId, ...shown })
    }
  }

  return async <Answer>(
    request: TracedMessage,
    ask: () => Promise<Answer>,
    describe: (answer: Answer) => TracedMessage,
  ): Promise<Answer> => {
    exchanges += 1
    const transactionId = `${point}-${exchanges}`
    emit(transactionId, asker, request)
    const answer = await ask()
    emit(transactionId, answerer, describe(answer))
    return answer
  }
}
