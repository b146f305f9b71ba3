/** One operation at a time for each key; those of different keys run side by side. */

/** Runs operations of one key in the order in which they came. */
export interface KeyedQueue<Key> {
  /** Settles as `operation` does, once all before it of the same key have settled. */
  run<Result>(key: Key, operation: () => Promise<Result>): Promise<Result>
}

/** An empty queue; a key costs memory only while operations of it are waiting or running. */
export function createKeyedQueue<Key>(): KeyedQueue<Key> {
  const tails = new Map<Key, Promise<unknown>>()
  return {
    run(key, operation) {
      const before = tails.get(key)
      const result = before === undefined ? operation() : before.then(operation)
      const settled = (): void => {
        if (tails.get(key) === tail) tails.delete(key)
      }
      const tail = result.then(settled, settled)
      tails.set(key, tail)
      return result
    },
  }
}
