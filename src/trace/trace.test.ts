import { expect, test } from 'vitest'
import { noTrace } from './trace.ts'

test('who does not look sees nothing and stops nobody', () => {
  expect(noTrace({ kind: 'note', atMs: 0, entity: 'BSF', text: 'started' })).toBeUndefined()
})
