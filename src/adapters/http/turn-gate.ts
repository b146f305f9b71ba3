/**
 * So much work a turn of the event loop, and no more: what waits for the next turn leaves room for others,
 * above all for new connections, of which the platform accepts one a turn. Without it a few connections that
 * send ever more requests would make turns of hundreds of milliseconds.
 */

/** Lets pieces of work through, first come, first served. */
export interface TurnGate {
  /** Resolves in this turn of the event loop, or in the next one that has room. */
  pass(): Promise<void>
  /** Pieces of work that wait. */
  readonly waiting: number
}

/** @param perTurn Pieces of work a turn. */
export function createTurnGate(perTurn: number): TurnGate {
  const waiting: (() => void)[] = []
  let left = perTurn
  let isTurning = false

  const turn = (): void => {
    const next = waiting.splice(0, perTurn)
    left = perTurn - next.length
    isTurning = next.length > 0
    if (isTurning) setImmediate(turn)
    for (const resume of next) resume()
  }

  return {
    async pass() {
      if (!isTurning) {
        isTurning = true
        setImmediate(turn)
      }
      if (left > 0) left -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    get waiting() {
      return waiting.length
    },
  }
}
