/**
 * Durable state, as far as every role needs it. Each role adds whole operations of its own in its own
 * folder (`HssStore`, `BsfStore`, `ServerStore`): one operation is one transaction, and has taken
 * effect on disk when its promise resolves. Design 9.
 */

/** A part of a long list, in the order of its keys; without `limit` all that is left of it. */
export interface ListPart<Key> {
  /** Key of the last item of the part before. */
  readonly after?: Key | undefined
  readonly limit?: number | undefined
}

/** What every store can do. */
export interface Store {
  /** Resolves if the store can be read and written now. @throws {StoreFailed} Saying why not. */
  check(): Promise<void>
  /** Finishes what was asked for and releases files and connections. Safe to call twice. */
  close(): Promise<void>
}
