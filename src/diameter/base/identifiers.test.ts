import { expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createCounter, createNodeIdentifiers } from './identifiers.ts'

const allOnes = { octets: (length: number) => new Uint8Array(length).fill(0xff) }

test('a counter counts in 32 bits, past their end', () => {
  const next = createCounter(allOnes)
  expect([next(), next(), next()]).toEqual([0xffffffff, 0, 1])
})

test('End-to-End: the low 12 bits of the time, then 20 bits that count', async () => {
  const clock = createVirtualClock(0x123456 * 1000)
  const ids = createNodeIdentifiers('bsf.example.org', { clock, random: allOnes })
  const first = ids.nextEndToEnd()
  expect([first >>> 20, first & 0xfffff]).toEqual([0x456, 0xfffff])
  expect(ids.nextEndToEnd() & 0xfffff).toBe(0)
  await clock.advance(1000)
  expect(ids.nextEndToEnd() >>> 20).toBe(0x457)
})

test('a Session-Id is host, start and count, and no other', () => {
  const clock = createVirtualClock(1_700_000_000_999)
  const ids = createNodeIdentifiers('bsf.example.org', { clock, random: createSeededRandom(1) })
  const made = Array.from({ length: 1000 }, () => ids.nextSessionId())
  expect(made[0]).toMatch(/^bsf\.example\.org;1700000000;\d+$/)
  expect(new Set(made).size).toBe(1000)
  expect(ids.originStateId).toBe(1_700_000_000)
})
