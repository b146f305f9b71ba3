/** Where a card keeps what must survive power-off, as one opaque octet string. Design 9 */

/** One card's durable state. */
export interface CardStateStore {
  /** What `save` wrote last; `undefined` if it never did. @throws {StoreFailed} If it cannot be read. */
  load(): Promise<Uint8Array | undefined>
  /**
   * Replaces the state as a whole. Once the promise resolves the new state is on disk; killed at any
   * moment before that, `load` gives either the old state or the new one.
   *
   * @throws {StoreFailed} If it cannot be written.
   */
  save(state: Uint8Array): Promise<void>
}
