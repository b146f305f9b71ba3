/** A process in which much lives for a while and little for long; tells how large its old generation became. */
import { getHeapSpaceStatistics } from 'node:v8'
import { keepHeapCompact } from './compact-heap.ts'

const LIVING = 100_000
const ROUNDS = 24

if (process.argv[2] === 'compact') keepHeapCompact()
// Some 10 MiB that stay.
const kept = Array.from({ length: LIVING }, (_, n) => ({ n, text: `number ${n}`, more: [n, n] }))
let largest = 0
for (let round = 0; round < ROUNDS; round++) {
  // Replaced by the next round, by when it has been moved to the old generation.
  const passing = Array.from({ length: LIVING / 2 }, (_, n) => ({ n, text: `${round} ${n}` }))
  const old = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')
  largest = Math.max(largest, old?.space_size ?? 0)
  if (passing.length + kept.length === 0) throw new Error('both are alive')
}
process.stdout.write(String(largest))
