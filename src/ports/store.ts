/**
 * Durable state, as far as every role needs it. Each role adds whole operations of its own in its own
 * folder (`HssStore`, `BsfStore`, `ServerStore`): one operation is one transaction, and has taken
 * effect on disk when its promise resolves. Design 9.
 */

/** What every store can do. */
export interface Store {
  /** Resolves if the store can be read and written now. @throws {StoreFailed} Saying why not. */
  check(): Promise<void>
  /** Finishes what was asked for and releases files and connections. Safe to call twice. */
  close(): Promise<void>
}
