import { expect, test } from 'vitest'
import { type CardChannel, freshSession, type Turn, withSelected } from './card.ts'
import type { CardElementaryFile } from './card-file.ts'
import { createFileSystem, findApplication } from './card-file-system.ts'
import { initialMemory } from './card-memory.ts'
import { locateFile } from './file-target.ts'
import { testProfile } from './uicc.fixture.ts'

const profile = testProfile()
const files = createFileSystem(profile)
const usim = findApplication(files, 'USIM')
const byName = (name: string) =>
  usim?.children.find((child) => 'name' in child && child.name === name) as CardElementaryFile

function turnWith(selected: CardChannel): Turn {
  const state = { memory: initialMemory(profile), session: freshSession(files.mf) }
  const base = { state, channel: 0, selected } as Turn
  return { ...base, state: withSelected(base, selected) }
}

const read = { kind: 'transparent', mode: 'read' } as const

test('the current EF keeps its record pointer', () => {
  const file = byName('EF_ECC')
  const turn = turnWith({ directory: usim as never, file, record: 1 })
  const target = locateFile(turn, { sfi: 0, kind: 'linear-fixed', mode: 'read' })
  expect(target).toMatchObject({ file, record: 1, state: turn.state })
  const again = locateFile(turn, { sfi: 1, kind: 'linear-fixed', mode: 'read' })
  expect(again).toMatchObject({ record: 1 })
})

test('a short file identifier makes another EF current, without record pointer', () => {
  const turn = turnWith({ directory: usim as never, file: byName('EF_ECC'), record: 1 })
  const target = locateFile(turn, { ...read, sfi: 7 })
  if (typeof target === 'number') throw new Error('not found')
  expect(target.record).toBeUndefined()
  const channel = target.state.session.channels[0]
  expect([channel?.file?.name, channel?.record]).toEqual(['EF_IMSI', undefined])
})

test('no EF, unknown SFI, wrong structure and closed files have their status words', () => {
  const turn = turnWith({ directory: usim as never })
  expect(locateFile(turn, { ...read, sfi: 0 })).toBe(0x6986)
  expect(locateFile(turn, { ...read, sfi: 29 })).toBe(0x6a82)
  expect(locateFile(turn, { ...read, sfi: 1 })).toBe(0x6981)
  expect(locateFile(turn, { sfi: 7, kind: 'transparent', mode: 'update' })).toBe(0x6982)
})
