import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { toBase64, toHex } from '../../octets/octets.ts'
import {
  drawMasterKey,
  followMasterKeyFile,
  loadMasterKeys,
  type MasterKeySource,
  replaceMasterKeys,
} from './master-key.ts'

const KEY = Uint8Array.from({ length: 32 }, (_, n) => 0xa0 + n)
const GOOD_TEXTS = [toHex(KEY), toHex(KEY).toUpperCase(), toBase64(KEY), ` ${toHex(KEY)}\r\n`]
const BAD_TEXTS = [
  '',
  toHex(KEY).slice(1),
  `${toHex(KEY)}00`,
  toHex(KEY).replace('a', 'g'),
  toBase64(KEY).slice(0, -1),
  toBase64(KEY.subarray(1)),
  `${toHex(KEY)}\n${toHex(KEY)}`,
]

const load = async (source: MasterKeySource, seed = 'key') =>
  (await loadMasterKeys(source, createSeededRandom(seed))).current

const environment = (value?: string) => ({ kind: 'environment', name: 'MY_KEY', value }) as const

/** A program that prints `text`. */
const print = (text: string, status = 0): MasterKeySource => ({
  kind: 'command',
  command: process.execPath,
  args: ['-e', `process.stdout.write(${JSON.stringify(text)}); process.exitCode = ${status}`],
})

/** What loading is refused with; its text must hold nothing of the key. */
async function refusal(source: MasterKeySource): Promise<string> {
  const error: unknown = await load(source).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConfigurationInvalid)
  const { message } = error as Error
  expect(message).not.toContain(toHex(KEY).slice(4, 12))
  expect(message).not.toContain(toBase64(KEY).slice(4, 12))
  expect(message).not.toContain('\n')
  return message
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/cpns-keys-`)
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('an environment variable', () => {
  test.each(GOOD_TEXTS)('%j is a key', async (text) => {
    expect((await load(environment(text))).reveal()).toEqual(KEY)
  })

  test.each([undefined, ...BAD_TEXTS])('%j is none', async (text) => {
    expect(await refusal(environment(text))).toContain('environment variable MY_KEY')
  })

  test('one that is not set or empty is told from one that is wrong', async () => {
    for (const value of [undefined, '', ' \n']) {
      expect(await refusal(environment(value))).toBe(
        'environment variable MY_KEY: it holds nothing',
      )
    }
    expect(await refusal(print('\n'))).toContain('it holds nothing')
  })
})

describe('a file', () => {
  test.each(GOOD_TEXTS)('holding %j is a key', async (text) => {
    writeFileSync(`${folder}/key`, text, { mode: 0o600 })
    const key = await load({ kind: 'file', path: `${folder}/key` })
    expect(key.reveal()).toEqual(KEY)
  })

  test.each([...BAD_TEXTS, 'x'.repeat(10_000)])('holding %j is none', async (text) => {
    writeFileSync(`${folder}/key`, text, { mode: 0o600 })
    const message = await refusal({ kind: 'file', path: `${folder}/key`, create: true })
    expect(message).toContain(`${folder}/key`)
    expect(readFileSync(`${folder}/key`, 'utf8')).toBe(text)
  })

  test('octets that are no text are no key', async () => {
    writeFileSync(`${folder}/key`, KEY, { mode: 0o600 })
    expect(await refusal({ kind: 'file', path: `${folder}/key` })).toContain(`${folder}/key`)
  })

  test.each([0o640, 0o604, 0o620, 0o601])('mode %o is refused', async (mode) => {
    writeFileSync(`${folder}/key`, toHex(KEY))
    chmodSync(`${folder}/key`, mode)
    expect(await refusal({ kind: 'file', path: `${folder}/key` })).toContain('chmod 600')
  })

  test('a missing file is made once, for its owner only, and read again', async () => {
    const source = { kind: 'file', path: `${folder}/deep/key`, create: true } as const
    const key = await load(source)
    expect(key.length).toBe(32)
    expect(statSync(source.path).mode & 0o777).toBe(0o600)
    expect(statSync(`${folder}/deep`).mode & 0o777).toBe(0o700)
    const again = await load(source, 'another')
    expect(again.equals(key)).toBe(true)
    expect(readdirSync(`${folder}/deep`)).toEqual(['key'])
  })

  test('a missing file is not made unless that is wanted', async () => {
    expect(await refusal({ kind: 'file', path: `${folder}/key` })).toContain('no such file')
    expect(readdirSync(folder)).toEqual([])
  })

  test('a folder, and a path through a file, are refused', async () => {
    mkdirSync(`${folder}/key`, { mode: 0o700 })
    writeFileSync(`${folder}/file`, '')
    for (const path of [`${folder}/key`, `${folder}/file/key`]) {
      expect(await refusal({ kind: 'file', path, create: true })).toContain(path)
    }
    expect(readdirSync(folder).sort()).toEqual(['file', 'key'])
  })
})

describe('a command', () => {
  test.each(GOOD_TEXTS)('that prints %j gives a key', async (text) => {
    expect((await load(print(text))).reveal()).toEqual(KEY)
  })

  test.each([...BAD_TEXTS, 'x'.repeat(10_000)])('that prints %j gives none', async (text) => {
    expect(await refusal(print(text))).toContain('key command')
  })

  test('that does not end, not even when it is asked to, is ended', async () => {
    const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'
    const args = ['-e', stubborn]
    const source = { kind: 'command', command: process.execPath, args, timeoutMs: 2000 } as const
    expect(await refusal(source)).toContain('ETIMEDOUT')
  })

  test('that fails, or is not there, gives none', async () => {
    expect(await refusal(print(toHex(KEY), 3))).toContain('exit status 3')
    const missing = { kind: 'command', command: `${folder}/none`, args: [] } as const
    expect(await refusal(missing)).toContain('ENOENT')
  })
})

describe('former keys', () => {
  const [one, two] = [toHex(KEY), 'cd'.repeat(32)]
  const random = createSeededRandom('former')

  test.each([' ', '\n', '\r\n'])('stand behind the current one, after %j', async (between) => {
    const keys = await loadMasterKeys(environment(`${two}${between}${one}\n`), random)
    expect(toHex(keys.current.reveal())).toBe(two)
    expect(keys.former?.map((key) => toHex(key.reveal()))).toEqual([one])
  })

  test('of more than four keys nothing is taken', async () => {
    const many = ['11', '22', '33', '44', '55'].map((octet) => octet.repeat(32)).join(' ')
    expect(await refusal(environment(many))).toContain('more than 4')
  })

  test('a file is read again when another one is put in its place, and only then', async () => {
    const path = `${folder}/key`
    const source = { kind: 'file', path, create: true } as const
    const first = await loadMasterKeys(source, random)
    const now = followMasterKeyFile(path, first)
    expect(now().current.equals(first.current)).toBe(true)
    const fresh = drawMasterKey(random)
    replaceMasterKeys(path, { current: fresh, former: [first.current] }, random)
    expect(now().current.equals(fresh)).toBe(true)
    expect(now().former?.map((key) => key.equals(first.current))).toEqual([true])
    expect(now()).toBe(now())
    expect(statSync(path).mode & 0o777).toBe(0o600)
    rmSync(path)
    expect(now().current.equals(fresh)).toBe(true)
    writeFileSync(path, 'nothing', { mode: 0o600 })
    expect(now().current.equals(fresh)).toBe(true)
  })
})
