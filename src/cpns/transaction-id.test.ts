import { expect, test } from 'vitest'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { freshTransactionId } from './transaction-id.ts'

test('32 hex digits, others each time', () => {
  const random = createSystemRandom()
  const ids = [freshTransactionId(random), freshTransactionId(random)]
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(ids[0]).not.toBe(ids[1])
})
