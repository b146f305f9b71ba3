/** `--metrics`: numbers and health of an entity for who operates it. Design 11, 12 */
import { type Command, Option } from 'commander'
import { measureMailbox } from '../adapters/metrics/measured-mailbox.ts'
import { createMessageMetrics } from '../adapters/metrics/message-metrics.ts'
import { type EntityState, serveMetrics } from '../adapters/metrics/serve-metrics.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import { type HostPort, parseHostPort } from './host-port.ts'
import { packageVersion } from './package-version.ts'
import type { Said } from './say.ts'

/** The flag. */
export interface MetricsFlags {
  readonly metrics?: HostPort
}

/** Who counts, until it is closed. */
export interface OpenedMetrics {
  /** `noTrace` if nobody wants numbers. */
  readonly trace: Trace
  /** Where they are, if anywhere. */
  readonly said: readonly Said[]
  /** What `/readyz` says from now on. */
  enter(state: EntityState): void
  /** From now on `/readyz` says 503 while this store cannot be written. */
  watch(store: Pick<Store, 'check'>): void
  /** The same store, measured. */
  measureMailbox(store: ServerStore): ServerStore
  close(): Promise<void>
}

/** Adds the flag to a command. */
export function measurable(command: Command): Command {
  return command.addOption(
    new Option(
      '--metrics <host:port>',
      'where /metrics, /healthz and /readyz are served; default nowhere',
    ).argParser(parseHostPort),
  )
}

/** @throws {ConfigurationInvalid} If it cannot listen there, or that is not this machine. */
export async function openMetrics(
  entity: string,
  { metrics: at }: MetricsFlags,
  log: Log,
): Promise<OpenedMetrics> {
  if (at === undefined) {
    return {
      trace: noTrace,
      said: [],
      enter: () => {},
      watch: () => {},
      measureMailbox: (store) => store,
      close: () => Promise.resolve(),
    }
  }
  let state: EntityState = 'starting'
  const stores: Pick<Store, 'check'>[] = []
  const metrics = createMessageMetrics(entity, packageVersion(), systemClock)
  const served = await serveMetrics(at, { metrics, state: () => state, stores: () => stores, log })
  const url = `${served.url}/metrics`
  return {
    trace: metrics.trace,
    said: [{ fields: { metrics: url }, lines: [`metrics ${url}`] }],
    enter(next) {
      state = next
    },
    watch: (store) => void stores.push(store),
    measureMailbox: (store) => measureMailbox(store, systemClock, metrics.delivered),
    async close() {
      await served.close()
      metrics.close()
    },
  }
}
