import { expect, test } from 'vitest'
import { packageVersion } from './package-version.ts'

test('is a version', () => {
  expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/)
})
