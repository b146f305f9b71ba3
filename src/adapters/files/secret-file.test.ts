import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import {
  makeSecretFile,
  readSecretFile,
  replaceSecretFile,
  type SecretFile,
} from './secret-file.ts'

const random = createSeededRandom(1)

let folder: string
let file: SecretFile
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-secret-'))
  file = { path: join(folder, 'below', 'a.token'), name: 'token file' }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('made for its owner alone, once, and nothing is left beside it', () => {
  makeSecretFile(file, 'first', random)
  makeSecretFile(file, 'second', random)
  const never = { octets: () => expect.unreachable('nothing is drawn or written') }
  makeSecretFile(file, 'third', never)
  expect(readSecretFile(file)).toBe('first\n')
  expect(statSync(file.path).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(folder, 'below'))).toEqual(['a.token'])
})

test('one that others may read is refused, and its text is not told', () => {
  makeSecretFile(file, 'secret', random)
  chmodSync(file.path, 0o640)
  expect(() => readSecretFile(file)).toThrow(`token file ${file.path}: others than its owner`)
})

test('one that is not there, no text, a folder in the way', () => {
  expect(() => readSecretFile(file)).toThrow('there is no such file')
  makeSecretFile(file, 'x', random)
  writeFileSync(file.path, Uint8Array.of(0xff, 0xfe))
  expect(() => readSecretFile(file)).toThrow('cannot be used (invalid-message)')
  const inTheWay = { ...file, path: join(file.path, 'below') }
  expect(() => makeSecretFile(inTheWay, 'x', random)).toThrow(/cannot be used \((ENOTDIR|EEXIST)\)/)
})

test('one that is larger, or a pipe that nobody writes into', () => {
  makeSecretFile(file, 'x'.repeat(4095), random)
  expect(readSecretFile(file)).toHaveLength(4096)
  appendFileSync(file.path, 'x')
  expect(() => readSecretFile(file)).toThrow(`token file ${file.path}: it has over 4096 octets`)
  rmSync(file.path)
  execFileSync('mkfifo', ['-m', '600', file.path])
  const refused = `token file ${file.path}: it is a pipe that nobody writes into`
  expect(() => readSecretFile(file)).toThrow(refused)
}, 15_000)

test('what takes its place belongs to whom it belonged to', () => {
  makeSecretFile(file, 'first', random)
  // Only who may do all can give a file away; for everybody else both are the same user from the start.
  if (process.getuid?.() === 0) chownSync(file.path, 65_534, 65_534)
  const { uid, gid } = statSync(file.path)
  replaceSecretFile(file, 'second', random)
  expect(statSync(file.path)).toMatchObject({ uid, gid })
  expect(readSecretFile(file)).toBe('second\n')
})

test('another text takes the place of the first, and drafts of killed processes go', () => {
  makeSecretFile(file, 'first', random)
  writeFileSync(`${file.path}.0123.new`, 'half')
  chmodSync(file.path, 0o640)
  replaceSecretFile(file, 'second', random)
  expect(readSecretFile(file)).toBe('second\n')
  expect(readdirSync(join(folder, 'below'))).toEqual(['a.token'])
  const nowhere = { ...file, path: join(folder, 'none', 'a.token') }
  expect(() => replaceSecretFile(nowhere, 'x', random)).toThrow('there is no such file')
})

test('a file whose name stands in what is wrong is named all the same', () => {
  const before = process.cwd()
  process.chdir(folder)
  try {
    mkdirSync('folder')
    expect(() => readSecretFile({ path: 'folder', name: 'token file' })).toThrow(
      'token file folder: it is a folder',
    )
  } finally {
    process.chdir(before)
  }
})
