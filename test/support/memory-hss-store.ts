/** An `HssStore` in memory; several HSS nodes of a test may share it. */
import { StoreFailed } from '../../src/errors/errors.ts'
import type { HssStore, SqnLease, Subscriber } from '../../src/hss/hss-store.ts'
import type { Impi } from '../../src/identity/impi.ts'

interface Row {
  subscriber: Subscriber
  /** The highest SEQ ever leased. */
  ceiling: bigint
  epoch: number
}

/** A store that tests can make fail. */
export interface MemoryHssStore extends HssStore {
  /** While true, every operation fails as a full disk does. */
  broken: boolean
  /** How many leases were given. */
  readonly leases: number
}

/** An empty store. */
export function createMemoryHssStore(): MemoryHssStore {
  const rows = new Map<Impi, Row>()
  let closed = false
  let leases = 0
  /** One transaction: takes effect at once, answers later. */
  const transact = async <Result>(operation: () => Result): Promise<Result> => {
    if (closed || store.broken) throw new StoreFailed('the store cannot be used')
    const result = operation()
    await Promise.resolve()
    return result
  }

  const lease = (row: Row, request: { size: number; above: bigint; lower: boolean }): SqnLease => {
    const base = request.lower || request.above > row.ceiling ? request.above : row.ceiling
    row.ceiling = base + BigInt(request.size)
    row.epoch += 1
    leases += 1
    return { firstSeq: base + 1n, lastSeq: row.ceiling, epoch: row.epoch }
  }

  const store: MemoryHssStore = {
    broken: false,
    get leases() {
      return leases
    },
    check: () => transact(() => {}),
    async close() {
      closed = true
    },
    addSubscriber: (subscriber) =>
      transact(() => {
        if (rows.has(subscriber.impi)) return 'exists'
        rows.set(subscriber.impi, { subscriber, ceiling: 0n, epoch: 0 })
        return 'added'
      }),
    findSubscriber: (impi) => transact(() => rows.get(impi)?.subscriber),
    listSubscribers: ({ after = '', limit }) =>
      transact(() =>
        [...rows.keys()]
          .toSorted()
          .filter((impi) => impi > after)
          .slice(0, limit),
      ),
    changeSubscriber: (impi, change) =>
      transact(() => {
        const row = rows.get(impi)
        if (row === undefined) return undefined
        row.subscriber = { ...change(row.subscriber), impi }
        return row.subscriber
      }),
    removeSubscriber: (impi) => transact(() => rows.delete(impi)),
    leaseSqn: ({ impi, size, above = -1n, lowerCeiling = false }) =>
      transact(() => {
        const row = rows.get(impi)
        return row && lease(row, { size, above, lower: lowerCeiling })
      }),
  }
  return store
}
