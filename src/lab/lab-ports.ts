/** What a lab is given, and what its parts share. */
import type { DataFolder } from '../adapters/data-folder/data-folder.ts'
import type { Clock } from '../ports/clock.ts'
import type { KeyLog } from '../ports/key-log.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../trace/trace.ts'
import type { LabConfig } from './lab-config.ts'

/** Shared by all parts of one lab. */
export interface LabContext {
  readonly config: LabConfig
  readonly folder: DataFolder
  /** Reader that has the PN GW's card; default the software card in the data folder. */
  readonly reader?: string
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  /** Takes the secrets of all TLS connections; default nobody. */
  readonly keyLog?: KeyLog
  readonly log: Log
  /** To be called at the end, the last one first; each waits for the one after it. */
  readonly releases: (() => Promise<void> | void)[]
}
