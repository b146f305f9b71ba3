import { expect, test } from 'vitest'
import { freshSession } from './card.ts'
import { transparent } from './card-file.ts'
import { createFileSystem } from './card-file-system.ts'
import { initialMemory, type PinName } from './card-memory.ts'
import { isAllowed, isPinSatisfied } from './security-status.ts'
import { testProfile } from './uicc.fixture.ts'

const profile = testProfile()
const memory = initialMemory(profile)
const mf = createFileSystem(profile).mf

function stateWith(verified: PinName[], pin: Partial<typeof memory.pins.pin> = {}) {
  const pins = { ...memory.pins, pin: { ...memory.pins.pin, enabled: true, ...pin } }
  return {
    memory: { ...memory, pins },
    session: { ...freshSession(mf), verified: new Set(verified) },
  }
}

test('a PIN is satisfied when disabled, or verified and not blocked', () => {
  expect(isPinSatisfied(stateWith([], { enabled: false }), 'pin')).toBe(true)
  expect(isPinSatisfied(stateWith([]), 'pin')).toBe(false)
  expect(isPinSatisfied(stateWith(['pin']), 'pin')).toBe(true)
  expect(isPinSatisfied(stateWith(['pin'], { retries: 0 }), 'pin')).toBe(false)
  expect(isPinSatisfied(stateWith(['pin']), 'pin2')).toBe(false)
})

test.each([
  ['open', [], true, false],
  ['open', ['adm1'], true, true],
  ['fixed', ['pin', 'adm1'], true, false],
  ['personal', [], false, false],
  ['personal', ['pin'], true, false],
  ['personal', ['adm1'], false, true],
  ['working', ['pin'], true, true],
  ['working', ['adm1'], false, false],
  ['language', [], true, false],
  ['language', ['pin'], true, true],
] as const)('%s with %j verified: read %s, update %s', (access, verified, read, update) => {
  const declared = transparent(['EF_X', 0x6f00, 0, access], new Uint8Array(1))
  const file = { ...declared, path: 'X' }
  const state = stateWith([...verified])
  expect(isAllowed(state, file, 'read')).toBe(read)
  expect(isAllowed(state, file, 'update')).toBe(update)
})
