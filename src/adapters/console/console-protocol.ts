/**
 * What the console's page and its server say to each other: server-sent events down, one POST an action up.
 * Nothing in it is secret: ids, sources and expiries of keys, never values. Design 11
 */
import type { TraceItem } from '../../trace/trace.ts'

/** Path under which everything of the console is served. */
export const CONSOLE_PATH = '/console'
/** Header that every POST of the page carries; a foreign page cannot set it without being asked. */
export const CONSOLE_HEADER = 'x-cpns-console'
/** Events that page and server hold; the oldest go first. */
export const EVENTS_HELD = 10_000
/** Rows of one table that are sent; a server may know a hundred thousand entities. */
export const MOST_ROWS = 200

/** One traced message or note, numbered from 1 in the order in which it came. */
export interface ConsoleEvent {
  readonly seq: number
  readonly item: TraceItem
}

/** A message as octets, asked for when it is opened. */
export interface ConsoleOctets {
  /** What reads them: `apdu`, `diameter`, `http` or `cpns`. */
  readonly protocol: string
  /** Two hex digits an octet; where a secret was, others of the same length stand. */
  readonly hex: string
}

/** How a value of a table is shown: `expiry` counts down, `state` has a colour and a word, `entity` may be short. */
export type ColumnKind = 'text' | 'entity' | 'id' | 'expiry' | 'time' | 'state'

/** One column. */
export interface ConsoleColumn {
  readonly key: string
  readonly title: string
  readonly kind: ColumnKind
}

/** One table: entities, EUKeys, sessions, users, subscribers … */
export interface ConsoleTable {
  readonly id: string
  readonly title: string
  /** Said where there are no rows. */
  readonly empty: string
  readonly columns: readonly ConsoleColumn[]
  /** UTC milliseconds in columns of kind `expiry` and `time`. The first column names the row. */
  readonly rows: readonly Readonly<Record<string, string | number>>[]
  /** There are more than these. */
  readonly isCut?: true
}

/** One thing that is well or not. */
export interface ConsoleHealth {
  readonly name: string
  readonly isWell: boolean
  /** A few words, for instance an address. */
  readonly detail: string
}

/** Event `state`: the tables as they are now. */
export interface ConsoleState {
  /** The server's clock, UTC milliseconds: what counts down does so by it. */
  readonly atMs: number
  readonly tables: readonly ConsoleTable[]
  readonly health: readonly ConsoleHealth[]
}

/** Something that the lab's operator can make happen. */
export interface ConsoleActionInfo {
  readonly name: string
  readonly label: string
  /** One sentence. */
  readonly what: string
}

/** Event `hello`: comes first. */
export interface ConsoleHello {
  /** For instance `cpns lab`. */
  readonly title: string
  readonly version: string
  /** Another one after every start of the server: numbers of events begin anew then. */
  readonly run: string
  /** Whether somebody had to log in, and so can log out. */
  readonly hasLogin: boolean
  /** None outside the lab. */
  readonly actions: readonly ConsoleActionInfo[]
}

/** Answer to an action. */
export interface ConsoleActionResult {
  readonly isDone: boolean
  /** What was seen, in one sentence. */
  readonly sentence: string
}
