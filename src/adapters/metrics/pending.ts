/** When things began whose end is still to come; the oldest are forgotten, so that nobody can fill it. */

/** Twice as many as a busy server has under way. */
const MAX_PENDING = 10_000

/** Beginnings by key. */
export interface Pending {
  /** The first beginning counts: a repetition is still waiting for the same end. */
  begin(key: string, atMs: number): void
  /** @returns When it began, once; `undefined` if that is not known. */
  end(key: string): number | undefined
}

/** @param limit How many beginnings are remembered. */
export function createPending(limit = MAX_PENDING): Pending {
  const begun = new Map<string, number>()
  return {
    begin(key, atMs) {
      if (begun.has(key)) return
      begun.set(key, atMs)
      const [oldest] = begun.keys()
      if (begun.size > limit && oldest !== undefined) begun.delete(oldest)
    },
    end(key) {
      const atMs = begun.get(key)
      begun.delete(key)
      return atMs
    },
  }
}
