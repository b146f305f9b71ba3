import { expect, test } from 'vitest'
import { createLabelValues, OTHER } from './label-values.ts'

test('what is known stays, and what comes behind the limit is other', () => {
  const labelOf = createLabelValues()
  expect(labelOf('200')).toBe('200')
  const given = Array.from({ length: 1000 }, (_, n) => labelOf(`made up ${n}`))
  expect(new Set(given).size).toBe(200)
  expect(given.at(-1)).toBe(OTHER)
  expect(labelOf('200')).toBe('200')
  expect(createLabelValues()('x'.repeat(65))).toBe(OTHER)
})
