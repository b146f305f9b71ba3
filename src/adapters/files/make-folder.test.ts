import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

let place: string

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'cpns-folder-'))
})

afterAll(() => {
  rmSync(place, { recursive: true, force: true })
})

test('makes what is missing, for the owner only, and is content with what is there', () => {
  const path = join(place, 'a', 'b', 'c')
  makeFolder(path)
  makeFolder(path)
  for (const made of [path, join(place, 'a')]) expect(statSync(made).mode & 0o777).toBe(0o700)
})

test('says why it cannot: a file in the way', () => {
  const file = join(place, 'file')
  writeFileSync(file, '')
  expect(() => makeFolder(join(file, 'below'))).toThrow(/ENOTDIR|EEXIST/)
  expect(() => makeFolder(file)).toThrow(/EEXIST/)
})

test.runIf(existsSync('/proc'))(
  'says why it cannot, and comes back: a file system without folders',
  () => {
    expect(() => makeFolder('/proc/cpns')).toThrow(/ENOENT|EACCES|EPERM/)
    expect(() => makeFolder('/proc/cpns/below')).toThrow(/ENOENT|EACCES|EPERM/)
  },
)
