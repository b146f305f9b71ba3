import { expect, test } from 'vitest'
import { decodeBcd } from '../apdu/bcd.ts'
import { decodeDirectoryEntry } from '../apdu/ef-dir.ts'
import { toHex } from '../octets/octets.ts'
import { ACCESS_RULES, type CardDirectory, type CardElementaryFile } from './card-file.ts'
import { createFileSystem, findApplication, parentOf } from './card-file-system.ts'
import { testProfile } from './uicc.fixture.ts'

const files = createFileSystem(testProfile())
const gsm = files.mf.children.find(({ kind }) => kind === 'directory') as CardDirectory
const elementary = (directory: CardDirectory) =>
  directory.children.filter((child): child is CardElementaryFile => child.kind !== 'directory')

test('no directory has a file identifier or short file identifier twice', () => {
  for (const directory of [files.mf, gsm, ...files.applications]) {
    const ids = directory.children.map(({ fileId }) => fileId)
    expect(new Set(ids).size, directory.path).toBe(ids.length)
    const sfis = elementary(directory).flatMap(({ sfi }) => sfi ?? [])
    expect(new Set(sfis).size, directory.path).toBe(sfis.length)
    expect(sfis.every((sfi) => sfi >= 1 && sfi <= 30)).toBe(true)
  }
})

test('every file has a path of its own', () => {
  const paths = [files.mf, gsm, ...files.applications].flatMap((directory) =>
    elementary(directory).map(({ path }) => path),
  )
  expect(new Set(paths).size).toBe(paths.length)
  expect(paths).toContain('3f00/2fe2')
  expect(paths).toContain('USIM/6f07')
})

test('EF_DIR lists the applications, EF_ICCID the number of the card', () => {
  const [dir, , , iccid] = elementary(files.mf)
  const length = dir?.recordLength as number
  const records = [0, 1, 2].map((n) => dir?.initial.subarray(n * length, (n + 1) * length))
  expect(records.map((record) => decodeDirectoryEntry(record as Uint8Array)?.label)).toEqual([
    'USIM',
    'ISIM',
    'CSIM',
  ])
  expect(decodeBcd(iccid?.initial as Uint8Array, 'EF_ICCID')).toBe('8988211000000000011')
})

test('EF_ARR has a record for each access rule', () => {
  const arr = elementary(files.mf).find(({ name }) => name === 'EF_ARR') as CardElementaryFile
  const count = arr.initial.length / (arr.recordLength as number)
  expect(count).toBe(Object.keys(ACCESS_RULES).length)
  expect(toHex(arr.initial.subarray(0, 8))).toBe('8001019000800102')
})

test('parents and applications', () => {
  const usim = findApplication(files, 'USIM') as CardDirectory
  expect(usim.application?.application).toBe('USIM')
  expect(parentOf(files, files.mf)).toBeUndefined()
  expect(parentOf(files, usim)).toBe(files.mf)
  expect(parentOf(files, gsm)).toBe(files.mf)
  const isimOnly = createFileSystem(testProfile({ applications: [ISIM] }))
  expect(findApplication(isimOnly, 'USIM')).toBeUndefined()
  expect(isimOnly.mf.children.some(({ kind }) => kind === 'directory')).toBe(false)
})

const ISIM = { application: 'ISIM', impi: 'a@b.example', impus: ['sip:a'], domain: 'b.example' }
