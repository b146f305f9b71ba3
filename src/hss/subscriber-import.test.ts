import { expect, test } from 'vitest'
import { createMemoryHssStore } from '../../test/support/memory-hss-store.ts'
import { importResultSchema, importSubscribers } from './subscriber-import.ts'

const KEYS = `${'ab'.repeat(16)},${'cd'.repeat(16)}`

function linesOf(...rows: readonly string[]) {
  return async function* lines() {
    yield 'impi,k,opc'
    yield* rows
  }
}

test('adds those that are new, batch by batch', async () => {
  const store = createMemoryHssStore()
  const rows = Array.from({ length: 1001 }, (_, n) => `${n}@ims.example,${KEYS}`)
  const progress: unknown[] = []
  await importSubscribers(linesOf(...rows.slice(0, 3)), { store })
  const result = await importSubscribers(linesOf(...rows), {
    store,
    progress: (state) => progress.push(state),
  })
  expect(importResultSchema.parse(result)).toEqual({ read: 1001, added: 998, existed: 3 })
  expect(progress).toEqual([
    { done: 1000, unit: 'subscribers checked' },
    { done: 1000, total: 1001, unit: 'subscribers' },
    { done: 1001, total: 1001, unit: 'subscribers' },
  ])
})

test('one wrong line, or one IMPI twice: nothing is added; without a store nothing is', async () => {
  const store = createMemoryHssStore()
  const good = `a@ims.example,${KEYS}`
  await expect(importSubscribers(linesOf(good, 'b,c'), { store })).rejects.toThrow('line 3: ')
  await expect(importSubscribers(linesOf(good, good), { store })).rejects.toThrow(
    'line 3: the IMPI of line 2',
  )
  expect(await store.listSubscribers({ limit: 9 })).toEqual([])
  expect(await importSubscribers(linesOf(good), {})).toEqual({ read: 1, added: 0, existed: 0 })
})
