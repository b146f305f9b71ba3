import { expect, test } from 'vitest'
import { KEY_TYPES } from './key-type.ts'

test('the spellings of the wire', () => {
  expect(KEY_TYPES).toEqual(['ks-ext-naf', 'ks-int-naf', 'ks-naf', 'assigned'])
})
