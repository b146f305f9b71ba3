import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTurnGate } from './turn-gate.ts'

test('so many pass in a turn, in order, and the rest in the next ones', async () => {
  const gate = createTurnGate(4)
  const passed: number[] = []
  for (let n = 0; n < 10; n++) void gate.pass().then(() => passed.push(n))
  const counts: number[] = []
  for (let turn = 0; turn < 4; turn++) {
    await Promise.resolve()
    counts.push(passed.length)
    await nextTurn()
  }
  expect(counts).toEqual([4, 8, 10, 10])
  expect(passed).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(gate.waiting).toBe(0)
})

test('a quiet gate is open again, however often', async () => {
  const gate = createTurnGate(2)
  for (let round = 0; round < 3; round++) {
    let passed = 0
    for (let n = 0; n < 2; n++) void gate.pass().then(() => passed++)
    await Promise.resolve()
    expect(passed).toBe(2)
    await nextTurn()
    await nextTurn()
  }
})
