import { expect, test } from 'vitest'
import { INS, INSTRUCTION_NAMES } from './instructions.ts'

test('every instruction has a name, and no two share an octet', () => {
  const octets = Object.values(INS)
  expect(new Set(octets).size).toBe(octets.length)
  expect(octets.map((ins) => INSTRUCTION_NAMES[ins])).not.toContain(undefined)
  expect(INSTRUCTION_NAMES[0x88]).toBe('AUTHENTICATE')
})
