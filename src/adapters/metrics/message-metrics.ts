/** Numbers of one entity for Prometheus: messages and results on each reference point, and the process. Design 11 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Trace, TraceEvent } from '../../trace/trace.ts'

/** The numbers, and who feeds them. */
export interface MessageMetrics {
  /** Counts what it is given; never anything but names and results. */
  readonly trace: Trace
  /** In the text format of Prometheus. */
  read(): Promise<string>
  /** Media type of what `read` gives. */
  readonly contentType: string
  /** Stops measuring the process. */
  close(): void
}

/** Fields of an event that say how an exchange ended, in each protocol's own spelling. */
const RESULT_FIELDS = ['outcome', 'status', 'Status']

/** @param entity For instance `bsf`. @param version Of the package. */
export function createMessageMetrics(entity: string, version: string): MessageMetrics {
  const registry = new Registry()
  registry.setDefaultLabels({ entity })
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'cpns_build_info',
    help: 'Always 1; the version is a label.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1)
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
  return {
    trace(item) {
      if (item.kind !== 'message') return
      const { point, message, side } = item
      messages.inc({ point, message, side })
      const result = resultOf(item)
      if (result !== undefined) results.inc({ point, result, side })
    },
    read: () => registry.metrics(),
    contentType: registry.contentType,
    close: () => registry.clear(),
  }
}

function resultOf({ fields }: TraceEvent): string | undefined {
  const field = RESULT_FIELDS.find((name) => name in fields)
  return field === undefined ? undefined : String(fields[field])
}
