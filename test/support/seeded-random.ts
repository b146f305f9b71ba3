/** A `Random` that gives the same octets for the same seed, on every machine. */
import { createHash } from 'node:crypto'
import type { Random } from '../../src/ports/random.ts'

/**
 * Octets of SHA-256(seed ‖ 0), SHA-256(seed ‖ 1), … in order, whatever the lengths asked for.
 *
 * @param seed Any text or number; two seeds give unrelated octets.
 */
export function createSeededRandom(seed: string | number = 0): Random {
  let counter = 0
  let stock = new Uint8Array(0)
  return {
    octets(length) {
      while (stock.length < length) {
        const block = createHash('sha256').update(`${seed}\0${counter++}`).digest()
        stock = Uint8Array.from([...stock, ...block])
      }
      const taken = stock.slice(0, length)
      stock = stock.slice(length)
      return taken
    },
  }
}
