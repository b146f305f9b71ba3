import { expect, test } from 'vitest'
import { spellHeader } from './header-spelling.ts'

test.each([
  'WWW-Authenticate',
  'Authentication-Info',
  'Authorization',
  'Content-Length',
  'Expires',
  'User-Agent',
  'X-3GPP-Asserted-Identity',
])('%s is spelled as its specification prints it', (printed) => {
  expect(spellHeader(printed.toLowerCase())).toBe(printed)
  expect(spellHeader(printed.toLowerCase())).toBe(printed)
})

test('names without end do not fill the memory, and are spelled all the same', () => {
  for (let n = 0; n < 1000; n++) expect(spellHeader(`x-${n}-name`)).toBe(`X-${n}-Name`)
})
