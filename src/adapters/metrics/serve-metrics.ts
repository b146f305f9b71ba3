/** `/metrics`, `/healthz` and `/readyz` of an entity, on this machine only: nothing in them is secret. Design 11, 12 */
import { CpnsError } from '../../errors/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { Store } from '../../ports/store.ts'
import { Problem } from '../rest/problem.ts'
import { createRestServer, listenRest } from '../rest/rest-server.ts'
import type { MessageMetrics } from './message-metrics.ts'

/** Where an entity is in its life. */
export type EntityState = 'starting' | 'ready' | 'draining'

/** What is served. */
export interface MetricsPorts {
  readonly metrics: Pick<MessageMetrics, 'read' | 'contentType'>
  readonly state: () => EntityState
  /** Each fails if a store cannot be written now. */
  readonly stores?: () => readonly Pick<Store, 'check'>[]
  readonly log: Log
}

/** A running listener. */
export interface ServedMetrics {
  /** `http://host:port`. */
  readonly url: string
  close(): Promise<void>
}

const NO_BODY_OCTETS = 1

/**
 * `/healthz` says 200 as long as the process answers; `/readyz` says 200 only between start and end,
 * and while every store can be written.
 *
 * @throws {ConfigurationInvalid} If it cannot listen there, or that is not this machine.
 */
export async function serveMetrics(
  at: { readonly host: string; readonly port: number },
  { metrics, state, stores = () => [], log }: MetricsPorts,
): Promise<ServedMetrics> {
  const rest = { ...at, maxBodyOctets: NO_BODY_OCTETS, failureEvent: 'metrics-request-failed' }
  const app = createRestServer(rest, log)
  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.read()
    return await reply.type(metrics.contentType).send(text)
  })
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async () => {
    if (state() !== 'ready') throw new Problem(503, state())
    await Promise.all(stores().map((store) => store.check())).catch((cause: unknown) => {
      log.error('store-not-ready', { reason: cause instanceof CpnsError ? cause.code : 'unknown' })
      throw new Problem(503, 'store')
    })
    return { status: 'ready' }
  })
  const url = await listenRest(app, rest)
  return { url, close: () => app.close() }
}
