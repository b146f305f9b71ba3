import { expect, test } from 'vitest'
import { RecordBatches } from './record-batches.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

function createBatches(failAt = -1) {
  const stored: number[][] = []
  const failures: string[] = []
  const batches = new RecordBatches<number>({
    async store(batch) {
      await turn()
      if (stored.length === failAt) throw new Error('disk full')
      stored.push([...batch])
    },
    failed: (error) => failures.push(String(error)),
  })
  return { batches, stored, failures }
}

test('what comes while a batch is on its way makes the next one', async () => {
  const { batches, stored } = createBatches()
  await batches.put(1)
  await Promise.resolve()
  for (const n of [2, 3, 4]) await batches.put(n)
  await batches.idle()
  await batches.put(5)
  await batches.idle()
  expect(stored.flat()).toEqual([1, 2, 3, 4, 5])
  expect(stored.length).toBeLessThan(5)
})

test('64 may wait, then the sender does', async () => {
  const { batches, stored } = createBatches()
  for (let n = 0; n < 1000; n++) {
    await batches.put(n)
    expect(n - stored.flat().length).toBeLessThan(130)
  }
  await batches.idle()
  expect(stored.flat()).toEqual(Array.from({ length: 1000 }, (_, n) => n))
})

test('after a failure nothing is taken', async () => {
  const { batches, stored, failures } = createBatches(1)
  await batches.put(1)
  await batches.idle()
  await batches.put(2)
  await batches.idle()
  await batches.put(3)
  await batches.idle()
  expect([stored, failures]).toEqual([[[1]], ['Error: disk full']])
})
