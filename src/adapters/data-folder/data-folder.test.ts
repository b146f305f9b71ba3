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
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sampleSubscriber } from '../../../test/contracts/hss-store.contract.ts'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { Secret } from '../../crypto/secret.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { parseImpi } from '../../identity/impi.ts'
import { openHssStore } from '../sqlite/hss-store.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'

const IDENTITY = 'eukeys:a:key'
const KEY = new Uint8Array(32).fill(7)

let root: string
let path: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cpns-folder-'))
  path = join(root, 'state')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const open = (create: boolean, seed = 'one'): Promise<DataFolder> =>
  openDataFolder(path, { create }, createSeededRandom(seed))

async function refusal(create = true): Promise<string> {
  const error: unknown = await open(create).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ConfigurationInvalid)
  return (error as Error).message
}

test('a missing folder is made, for its owner only, with a master key', async () => {
  path = join(root, 'two', 'levels')
  const folder = await open(true)
  expect(folder.path).toBe(path)
  expect(folder.file('hss.db')).toBe(join(path, 'hss.db'))
  expect(statSync(path).mode & 0o777).toBe(0o700)
  expect(readdirSync(path)).toEqual(['master.key'])
  expect(statSync(join(path, 'master.key')).mode & 0o777).toBe(0o600)
})

test('what was sealed opens again at the next start, and in no other folder', async () => {
  const first = await open(true)
  const sealed = first.sealer.seal(IDENTITY, Secret.of(KEY))
  const again = await open(false, 'two')
  expect(again.sealer.open(IDENTITY, sealed)?.equals(Secret.of(KEY))).toBe(true)
  path = join(root, 'other')
  const other = await open(true, 'three')
  expect(other.sealer.open(IDENTITY, sealed)).toBeUndefined()
})

describe('is not opened', () => {
  test('if it is missing and not to be made', async () => {
    expect(await refusal(false)).toBe(`data folder ${path}: there is no such folder`)
    expect(readdirSync(root)).toEqual([])
  })

  test('if it has no master key, and none is to be made', async () => {
    mkdirSync(path)
    expect(await refusal(false)).toContain(join(path, 'master.key'))
    expect(readdirSync(path)).toEqual([])
  })

  test('if it is a file, or below one', async () => {
    writeFileSync(path, '')
    expect(await refusal()).toContain(path)
    expect(await refusal(false)).toContain(path)
    path = join(path, 'below')
    expect(await refusal()).toContain(path)
    expect(await refusal(false)).toContain(path)
  })

  test('if its name cannot be one', async () => {
    path = join(root, 'x'.repeat(300))
    expect(await refusal()).toContain('ENAMETOOLONG')
    expect(await refusal(false)).toContain('ENAMETOOLONG')
  })

  test('if others may read its master key', async () => {
    await open(true)
    chmodSync(join(path, 'master.key'), 0o640)
    expect(await refusal()).toContain('chmod 600')
  })
})

describe('with databases', () => {
  const IMPI = parseImpi('alice@ims.example')
  const elsewhere = (value: string) => ({ kind: 'environment', name: 'KEY', value }) as const
  const openUnder = (value: string) =>
    openDataFolder(path, { create: true, masterKey: elsewhere(value) }, createSeededRandom('other'))

  async function addSubscriber(folder: DataFolder): Promise<void> {
    const store = openHssStore(folder.file('hss.db'), folder.sealer)
    await store.addSubscriber(sampleSubscriber(IMPI))
    await store.close()
  }

  test('the master key that is gone is not replaced by a fresh one', async () => {
    await addSubscriber(await open(true))
    rmSync(join(path, 'master.key'))
    expect(await refusal()).toContain('there is no master.key, and hss.db is sealed under one')
    expect(readdirSync(path)).toEqual(['hss.db'])
  })

  test('another master key is refused, in the folder and elsewhere', async () => {
    const own = await open(true)
    const key = readFileSync(join(path, 'master.key'), 'utf8')
    // Nothing is sealed yet, so any key is good.
    await openHssStore(own.file('hss.db'), own.sealer).close()
    await openUnder('5a'.repeat(32))
    await addSubscriber(own)
    const reason = `hss.db is sealed under master key ${own.sealer.keyId}, not under `
    await expect(openUnder('5a'.repeat(32))).rejects.toThrow(reason)
    writeFileSync(join(path, 'master.key'), '5a'.repeat(32))
    expect(await refusal()).toContain(reason)
    // In rotation, or after a rotation that somebody has to undo.
    await openUnder(`${'5a'.repeat(32)} ${key}`)
    expect(readdirSync(path)).toEqual(['hss.db', 'master.key'])
  })

  test('one value that opens is enough: the others are for who can take them away', async () => {
    await addSubscriber(await open(true))
    const both = `${'5a'.repeat(32)} ${readFileSync(join(path, 'master.key'), 'utf8')}`
    const folder = await openUnder(both)
    const store = openHssStore(folder.file('hss.db'), folder.sealer)
    await store.addSubscriber(sampleSubscriber(parseImpi('bob@ims.example')))
    await store.close()
    expect((await open(false)).path).toBe(path)
    await openUnder('5a'.repeat(32))
  })
})

test('a master key that is elsewhere seals too, and none is made in the folder', async () => {
  const masterKey = { kind: 'environment', name: 'KEY', value: '5a'.repeat(32) } as const
  const openWith = (value: string) =>
    openDataFolder(
      path,
      { create: true, masterKey: { ...masterKey, value } },
      createSeededRandom('elsewhere'),
    )
  const sealed = (await openWith('5a'.repeat(32))).sealer.seal(IDENTITY, Secret.of(KEY))
  expect(readdirSync(path)).toEqual([])
  const again = await openWith('5a'.repeat(32))
  expect(again.sealer.open(IDENTITY, sealed)?.reveal()).toEqual(KEY)
  expect((await openWith('5b'.repeat(32))).sealer.open(IDENTITY, sealed)).toBeUndefined()
})
