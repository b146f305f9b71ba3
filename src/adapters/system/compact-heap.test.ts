import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const PROGRAM = join(import.meta.dirname, 'compact-heap.fixture.ts')
const MIB = 1024 * 1024

/** MiB of the old generation at its largest, in three runs: newer versions of Node.js differ from run to run. */
function largestHeaps(how: string): readonly number[] {
  const run = () => Number(execFileSync(process.execPath, ['--import', 'tsx', PROGRAM, how])) / MIB
  return [run(), run(), run()]
}

test('what lives for a while only does not let the heap grow as far as it would', () => {
  const compact = Math.min(...largestHeaps('compact'))
  const byDefault = Math.max(...largestHeaps('as it is'))
  expect(compact).toBeGreaterThan(10)
  expect(compact).toBeLessThan(0.75 * byDefault)
}, 60_000)
