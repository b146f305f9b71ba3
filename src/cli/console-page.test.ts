import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CONSOLE_PAGE } from './console-page.ts'

test('the built page is where it is looked for', () => {
  expect(existsSync(join(CONSOLE_PAGE, 'index.html'))).toBe(true)
})
