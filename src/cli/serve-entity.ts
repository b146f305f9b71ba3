/** What all commands that serve one entity share: its folder, its ports, and an end in order. Design 10, 11 */
import { type DataFolder, openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { migrateAtStart } from '../adapters/data-folder/migrate-folder.ts'
import { createPinoLog } from '../adapters/log/pino-log.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { ConfigurationInvalid, StoreFailed } from '../errors/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { KeyLog } from '../ports/key-log.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../trace/trace.ts'
import { type MetricsFlags, type OpenedMetrics, openMetrics } from './metrics-flag.ts'
import { joinTraces, openTrace, type TraceFlags } from './trace-flags.ts'
import { untilInterrupted } from './until-interrupted.ts'

/** What an entity is started with. */
export interface EntityContext {
  readonly folder: DataFolder
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly trace: Trace
  /** Takes TLS secrets, if they are wanted. */
  readonly keyLog?: KeyLog
  /** What `/readyz` depends on. */
  readonly watch: OpenedMetrics['watch']
  /** The store of a server, so that its deliveries are measured. */
  readonly measureMailbox: OpenedMetrics['measureMailbox']
  /** Called in reverse order at the end. */
  readonly releases: (() => unknown)[]
}

/**
 * Serves until it is interrupted, then ends all in reverse order.
 *
 * @param entity Its name in logs, for instance `hss`.
 * @param flags Where its messages are written, and its numbers are served.
 * @param start Gives lines for a person: who it is and where.
 * @throws {ConfigurationInvalid} If the folder cannot be used; as `start`.
 */
export async function serveEntity(
  {
    entity,
    data,
    flags = {},
  }: { readonly entity: string; readonly data: string; readonly flags?: TraceFlags & MetricsFlags },
  start: (context: EntityContext) => Promise<readonly string[]>,
): Promise<void> {
  const random = createSystemRandom()
  const folder = await openDataFolder(data, { create: true }, random)
  const log = createPinoLog({ entity })
  migrateAtStart(folder.path, log)
  const releases: EntityContext['releases'] = []
  const opened = openTrace(flags, (line) => process.stderr.write(`${line}\n`))
  releases.push(() => opened.close())
  const { keyLog } = opened
  const interruption = untilInterrupted()
  try {
    const metrics = await openMetrics(entity, flags, log)
    releases.push(() => metrics.close())
    const trace = joinTraces([opened.trace, metrics.trace])
    const context = {
      folder,
      clock: systemClock,
      random,
      log,
      trace,
      ...(keyLog && { keyLog }),
      watch: (store: Parameters<OpenedMetrics['watch']>[0]) => metrics.watch(store),
      measureMailbox: (store: ServerStore) => metrics.measureMailbox(store),
      releases,
    }
    const lines = await start(context).catch((error: unknown) => {
      throw startingError(error, data)
    })
    metrics.enter('ready')
    for (const line of [...lines, ...metrics.lines]) process.stdout.write(`${line}\n`)
    process.stdout.write(`${entity} is ready.\n`)
    await interruption.promise
    // From now on nobody sends us more, and what is under way is answered.
    metrics.enter('draining')
  } finally {
    for (const release of releases.toReversed()) await release()
    interruption.ignore()
  }
  process.stdout.write(`${entity} has stopped.\n`)
}

/** A store that fails at the start is a folder that cannot be used, for instance with another master key. */
function startingError(error: unknown, folder: string): unknown {
  if (!(error instanceof StoreFailed)) return error
  return new ConfigurationInvalid(`data folder ${folder}: ${error.message}`, { cause: error })
}
