import { expect, test } from 'vitest'
import { decodeFcp } from '../apdu/fcp.ts'
import { toHex } from '../octets/octets.ts'
import { fcpOf } from './card-fcp.ts'
import { createFileSystem } from './card-file-system.ts'
import { initialMemory } from './card-memory.ts'
import { testProfile } from './uicc.fixture.ts'

const profile = testProfile()
const files = createFileSystem(profile)
const memory = initialMemory(profile)

test('every file tells its structure and size', () => {
  for (const directory of [files.mf, ...files.applications]) {
    expect(decodeFcp(fcpOf(files, memory, directory)).kind).toBe('directory')
    for (const file of directory.children) {
      const selected = decodeFcp(fcpOf(files, memory, file))
      expect(selected.kind).toBe(file.kind)
      if (file.kind === 'directory') continue
      expect(selected.size).toBe(file.initial.length)
      expect(selected.recordLength).toBe(file.recordLength)
    }
  }
})

test('access rules are those of the EF_ARR in the same place', () => {
  const [dir] = files.mf.children
  expect(toHex(fcpOf(files, memory, dir as never))).toContain('8b032f0601')
  const [, first] = files.applications[0]?.children ?? []
  expect(toHex(fcpOf(files, memory, first as never))).toContain('8b036f0605')
})
