import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { testProfile } from '../../uicc/uicc.fixture.ts'
import { readCardProfile, writeNewCardProfile } from './card-profile-file.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-card-'))
  path = join(folder, 'usim.json')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('what was written is read, and only its owner may read it', async () => {
  await writeNewCardProfile(path, testProfile())
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await readCardProfile(path)).toEqual(testProfile())
})

test('a file that exists is not overwritten', async () => {
  writeFileSync(path, 'mine')
  await expect(writeNewCardProfile(path, testProfile())).rejects.toThrow(
    `card ${path}: it exists and is not overwritten`,
  )
  expect(readFileSync(path, 'utf8')).toBe('mine')
})

test('the state of a former card is not taken over by a new one', async () => {
  writeFileSync(`${path}.state`, 'old')
  await expect(writeNewCardProfile(path, testProfile())).rejects.toThrow(
    `the state of a former card is still there, in ${path}.state`,
  )
})

test.each([0o640, 0o604, 0o620])('a file of mode %o is refused', async (mode) => {
  await writeNewCardProfile(path, testProfile())
  chmodSync(path, mode)
  await expect(readCardProfile(path)).rejects.toThrow('chmod 600')
})

test('what cannot be read is named', async () => {
  const refusal = async () => {
    const error: unknown = await readCardProfile(path).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConfigurationInvalid)
    return (error as Error).message
  }
  expect(await refusal()).toBe(`card ${path}: there is no such file or folder`)
  writeFileSync(path, '{', { mode: 0o600 })
  expect(await refusal()).toBe(`card ${path}: card profile: not JSON`)
  writeFileSync(path, ' '.repeat(70_000))
  expect(await refusal()).toBe(`card ${path}: it has over 65536 octets`)
  rmSync(path)
  mkdirSync(path, { mode: 0o700 })
  expect(await refusal()).toContain('it is a folder')
  path = join(folder, 'missing', 'usim.json')
  await expect(writeNewCardProfile(path, testProfile())).rejects.toThrow('no such file or folder')
})
