/** Randomness of this machine, drawn in pools because a draw costs more than its octets. */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../../ports/random.ts'

const POOL_LENGTH = 4096

/** A source that draws 4 KiB at a time; octets handed out are overwritten in the pool. */
export function createSystemRandom(): Random {
  const pool = new Uint8Array(POOL_LENGTH)
  let used = POOL_LENGTH
  return {
    octets(length) {
      if (length > POOL_LENGTH) return randomFillSync(new Uint8Array(length))
      if (used + length > POOL_LENGTH) {
        randomFillSync(pool)
        used = 0
      }
      const taken = pool.slice(used, used + length)
      pool.fill(0, used, used + length)
      used += length
      return taken
    },
  }
}
