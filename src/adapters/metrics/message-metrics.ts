/** Numbers of one entity for Prometheus: messages, results and durations on each reference point, and the process. Design 11 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Clock } from '../../ports/clock.ts'
import type { Trace, TraceEvent } from '../../trace/trace.ts'
import { createLabelValues } from './label-values.ts'
import { createPending } from './pending.ts'

/** The numbers, and who feeds them. */
export interface MessageMetrics {
  /** Counts what it is given; never anything but names and results. */
  readonly trace: Trace
  /** Takes the time from the acceptance of a message to its acknowledgement, in milliseconds. */
  readonly delivered: (elapsedMs: number) => void
  /** In the text format of Prometheus. */
  read(): Promise<string>
  /** Media type of what `read` gives. */
  readonly contentType: string
  /** Stops measuring the process. */
  close(): void
}

/** Fields of an event that say how an exchange ended, in each protocol's own spelling. */
const RESULT_FIELDS = ['outcome', 'status', 'Status']

/** First and last message of the exchanges that take several, by TransactionID. */
const HANDSHAKES: Readonly<Record<string, { readonly exchange: string; readonly ends: boolean }>> =
  {
    ConnectRequest: { exchange: 'connect', ends: false },
    ConnectResponse: { exchange: 'connect', ends: true },
    EUKeyAssignmentRequest: { exchange: 'eukey-assignment', ends: false },
    EUKeyAssignmentResponse: { exchange: 'eukey-assignment', ends: true },
  }

/** From a look-up in the process to what a person does not wait for any more. */
const EXCHANGE_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]
/** From somebody who is there to somebody who comes back after a day. */
const DELIVERY_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 600, 3600, 86_400]

/** @param entity For instance `bsf`. @param version Of the package. */
export function createMessageMetrics(
  entity: string,
  version: string,
  clock: Pick<Clock, 'monotonicMs'>,
): MessageMetrics {
  const registry = new Registry()
  registry.setDefaultLabels({ entity })
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'cpns_build_info',
    help: 'Always 1; the version is a label.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1)
  const takers = [countMessages(registry), timeExchanges(registry), timeHandshakes(registry, clock)]
  const delivery = new Histogram({
    name: 'cpns_delivery_duration_seconds',
    help: 'From the acceptance of a message to its acknowledgement by the recipient.',
    buckets: DELIVERY_SECONDS,
    registers: [registry],
  })
  return {
    trace(item) {
      if (item.kind === 'message') for (const take of takers) take(item)
    },
    delivered: (elapsedMs) => delivery.observe(elapsedMs / 1000),
    read: () => registry.metrics(),
    contentType: registry.contentType,
    close: () => registry.clear(),
  }
}

function countMessages(registry: Registry): (event: TraceEvent) => void {
  const messages = new Counter({
    name: 'cpns_messages_total',
    help: 'Messages sent and received, by reference point and name.',
    labelNames: ['point', 'message', 'side'],
    registers: [registry],
  })
  const results = new Counter({
    name: 'cpns_results_total',
    help: 'Answers by what they say: a status, or an outcome by name.',
    labelNames: ['point', 'result', 'side'],
    registers: [registry],
  })
  const [nameOf, resultLabelOf] = [createLabelValues(), createLabelValues()]
  return (event) => {
    const { point, message, side } = event
    messages.inc({ point, message: nameOf(message), side })
    const result = resultOf(event)
    if (result !== undefined) results.inc({ point, result: resultLabelOf(result), side })
  }
}

/** Requests with one answer. */
function timeExchanges(registry: Registry): (event: TraceEvent) => void {
  const durations = new Histogram({
    name: 'cpns_exchange_duration_seconds',
    help: 'From a request to its answer: sent by this entity, or received by it.',
    labelNames: ['point', 'side'],
    buckets: EXCHANGE_SECONDS,
    registers: [registry],
  })
  return ({ point, side, elapsedMs }) => {
    if (elapsedMs !== undefined) durations.observe({ point, side }, elapsedMs / 1000)
  }
}

/** Exchanges of four messages; a server keeps nothing of them, so it is their trace that is measured. */
function timeHandshakes(
  registry: Registry,
  clock: Pick<Clock, 'monotonicMs'>,
): (event: TraceEvent) => void {
  const durations = new Histogram({
    name: 'cpns_handshake_duration_seconds',
    help: 'From the first message of a handshake to its last, with all round trips.',
    labelNames: ['point', 'exchange', 'side'],
    buckets: EXCHANGE_SECONDS,
    registers: [registry],
  })
  const pending = createPending()
  return ({ point, side, message, transactionId }) => {
    const step = HANDSHAKES[message]
    if (step === undefined || transactionId === undefined) return
    const key = `${point} ${step.exchange} ${transactionId}`
    const nowMs = clock.monotonicMs()
    if (!step.ends) return pending.begin(key, nowMs)
    const beganMs = pending.end(key)
    const labels = { point, exchange: step.exchange, side }
    if (beganMs !== undefined) durations.observe(labels, (nowMs - beganMs) / 1000)
  }
}

function resultOf({ fields }: TraceEvent): string | undefined {
  const field = RESULT_FIELDS.find((name) => name in fields)
  return field === undefined ? undefined : String(fields[field])
}
