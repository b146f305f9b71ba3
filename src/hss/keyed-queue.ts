/** One operation at a time for each key; those of different keys run side by side. */

/** Runs operations of one key in the order in which they came. */
export interface KeyedQueue<Key> {
  /** Settles as `operation` does, once all before it of the same key have settled. */
  run<Result>(key: Key, operation: () => Promise<Result>): Promise<Result>
  /** Keys of which something waits or runs. */
  readonly size: number
}

/** An empty queue; a key costs memory only while operations of it are waiting or running. */
export function createKeyedQueue<Key>(): KeyedQueue<Key> {
  const tails = new Map<Key, Promise<unknown>>()
  return {
    get size() {
      return tails.size
    },
    run(key, operation) {
      const before = tails.get(key)
      const result = before === undefined ? begin(operation) : before.then(operation)
      const settled = (): void => {
        if (tails.get(key) === tail) tails.delete(key)
      }
      const tail = result.then(settled, settled)
      tails.set(key, tail)
      return result
    },
  }
}

/** One that throws at once rejects, as it does when it has to wait. */
function begin<Result>(operation: () => Promise<Result>): Promise<Result> {
  try {
    return operation()
  } catch (error) {
    return Promise.reject(error)
  }
}
