import { expect, test } from 'vitest'
import { HOW_TO_INSTALL, loadSmartcard } from './smartcard-module.ts'

test('it is there, or the words say how it comes there', () => {
  let found: unknown
  try {
    found = loadSmartcard().Context
  } catch (error) {
    found = error
  }
  const isMissing = found instanceof Error && 'code' in found
  expect(isMissing || typeof found === 'function').toBe(true)
  expect(HOW_TO_INSTALL).toContain('npm install smartcard@3.7.0')
  expect(HOW_TO_INSTALL).toContain('apt-get install libpcsclite-dev pcscd')
})
