import { expect, test } from 'vitest'
import { answer, freshSession, refuse, type Turn, withSelected } from './card.ts'
import { createFileSystem } from './card-file-system.ts'
import { initialMemory } from './card-memory.ts'
import { testProfile } from './uicc.fixture.ts'

const profile = testProfile()
const files = createFileSystem(profile)
const session = freshSession(files.mf)
const turn = {
  state: { memory: initialMemory(profile), session },
  channel: 0,
  selected: session.channels[0],
} as Turn

test('after a reset only the basic channel is open, with the MF selected', () => {
  expect(session.channels.map((channel) => channel?.directory.path)).toEqual([
    '3f00',
    undefined,
    undefined,
    undefined,
  ])
  expect(session.verified.size).toBe(0)
})

test('a refusal and a plain answer leave the state as it is', () => {
  expect(refuse(turn, 0x6a82)).toEqual({ state: turn.state, sw: 0x6a82 })
  expect(answer(turn, Uint8Array.of(1)).state).toBe(turn.state)
})

test('a selection makes a new state', () => {
  const [usim] = files.applications
  const next = withSelected(turn, { directory: usim as never })
  expect(next.session.channels[0]?.directory.path).toBe('USIM')
  expect(turn.state.session.channels[0]?.directory.path).toBe('3f00')
  expect(next.memory).toBe(turn.state.memory)
})
