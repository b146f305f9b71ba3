/** What all commands that serve one entity share: its folder, its ports, and an end in order. Design 10, 11 */
import type { Command } from 'commander'
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
import { configurable } from './config-file.ts'
import { type MasterKeyFlags, masterKeyIn } from './master-key-flag.ts'
import { type MetricsFlags, measurable, type OpenedMetrics, openMetrics } from './metrics-flag.ts'
import { type JsonFlag, joinSaid, type Said, say, sayable, warn } from './say.ts'
import { joinTraces, openTrace, type TraceFlags, traceable } from './trace-flags.ts'
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

/** Flags of every command that serves one entity. */
export interface EntityFlags extends TraceFlags, MetricsFlags, MasterKeyFlags, JsonFlag {}

/** Adds them, behind its own. @param prefix Of its variables in the environment, for instance `CPNS_HSS`. */
export function servable(command: Command, prefix: string): Command {
  return sayable(
    configurable(measurable(traceable(command)), prefix),
    'one JSON object a line: kind',
  )
}

/**
 * Serves until it is interrupted, then ends all in reverse order.
 *
 * @param entity Its name in logs, for instance `hss`.
 * @param flags Where its messages are written, and its numbers are served.
 * @param start Says who it is and where.
 * @throws {ConfigurationInvalid} If the folder cannot be used; as `start`.
 */
export async function serveEntity(
  {
    entity,
    data,
    flags = {},
  }: { readonly entity: string; readonly data: string; readonly flags?: EntityFlags },
  start: (context: EntityContext) => Promise<readonly Said[]>,
): Promise<void> {
  const random = createSystemRandom()
  const folder = await openDataFolder(data, { create: true, ...masterKeyIn(flags) }, random)
  const log = createPinoLog({ entity })
  migrateAtStart(folder.path, log)
  const releases: EntityContext['releases'] = []
  const opened = openTrace(flags, (message) => warn(flags, message))
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
    const said = await start(context).catch((error: unknown) => {
      throw startingError(error, data)
    })
    metrics.enter('ready')
    const { fields, lines } = joinSaid([...said, ...metrics.said])
    say(flags, { kind: 'ready', entity, ...fields }, [...lines, `${entity} is ready.`])
    await interruption.promise
    // From now on nobody sends us more, and what is under way is answered.
    metrics.enter('draining')
  } finally {
    for (const release of releases.toReversed()) await release()
    interruption.ignore()
  }
  say(flags, { kind: 'stopped', entity }, `${entity} has stopped.`)
}

/** A store that fails at the start is a folder that cannot be used, for instance with another master key. */
function startingError(error: unknown, folder: string): unknown {
  if (!(error instanceof StoreFailed)) return error
  return new ConfigurationInvalid(`data folder ${folder}: ${error.message}`, { cause: error })
}
