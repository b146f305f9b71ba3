import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const PROGRAM = join(import.meta.dirname, 'compact-heap.fixture.ts')
const MIB = 1024 * 1024

/** MiB of the old generation at its largest. */
function largestHeap(how: string): number {
  return Number(execFileSync(process.execPath, ['--import', 'tsx', PROGRAM, how])) / MIB
}

test('what lives for a while only does not let the heap grow as far as it would', () => {
  const [compact, byDefault] = [largestHeap('compact'), largestHeap('as it is')]
  expect(compact).toBeGreaterThan(10)
  expect(compact).toBeLessThan(0.75 * byDefault)
}, 60_000)
