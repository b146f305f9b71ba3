import { chmodSync, closeSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { sampleSession } from '../../../test/contracts/bsf-store.contract.ts'
import { makeOldFolder } from '../../../test/support/old-stores.ts'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { openDataFolder } from '../data-folder/data-folder.ts'
import { openBsfStore } from '../sqlite/bsf-store.ts'
import { withFolder } from '../sqlite/sqlite.fixture.ts'
import { checkFolder, checkPermissions } from './check-folder.ts'

const random = createSeededRandom(1)

async function makeStore(path: string): Promise<void> {
  const folder = await openDataFolder(path, { create: true }, random)
  const store = openBsfStore(folder.file('bsf.db'), folder.sealer)
  await store.completeBootstrapping(sampleSession(1), { rand: Uint8Array.of(1), forgetAfterMs: 1 })
  await store.close()
}

const problems = async (path: string) =>
  (await checkFolder({ path }, random)).filter(({ state }) => state !== 'ok')

test('a folder as it should be', () =>
  withFolder(async (path) => {
    await makeStore(path)
    expect(await problems(path)).toEqual([])
    const found = await checkFolder({ path }, random)
    expect(found.map(({ what }) => what)).toContain('store bsf.db')
  }))

test('no folder is a warning, an open key file a problem with its cure', () =>
  withFolder(async (path) => {
    expect(await problems(`${path}/none`)).toMatchObject([{ state: 'warning' }])
    await makeStore(path)
    chmodSync(`${path}/master.key`, 0o644)
    const advice = `chmod 600 ${path}/master.key`
    expect(await problems(path)).toContainEqual(expect.objectContaining({ advice }))
    expect(checkPermissions(`${path}/none`)).toMatchObject({ state: 'problem' })
  }))

test('another master key does not fit', () =>
  withFolder(async (path) => {
    await makeStore(path)
    writeFileSync(`${path}/master.key`, 'ab'.repeat(32), { mode: 0o600 })
    expect(await problems(path)).toMatchObject([
      { what: 'store bsf.db', state: 'problem', found: expect.stringContaining('does not open') },
    ])
  }))

test('a damaged store, and one of a newer version', () =>
  withFolder(async (path) => {
    await makeStore(path)
    const db = new Database(`${path}/bsf.db`)
    db.pragma('user_version = 99')
    db.close()
    expect(await problems(path)).toMatchObject([{ found: expect.stringContaining('form 99') }])
    const file = openSync(`${path}/bsf.db`, 'r+')
    writeSync(file, new Uint8Array(8192).fill(255), 0, 8192, 4096)
    closeSync(file)
    expect(await problems(path)).toMatchObject([{ what: 'store bsf.db', state: 'problem' }])
  }))

test('a store of an older version, and what to do before it is brought forward', () =>
  withFolder(async (path) => {
    makeOldFolder('7ac5dfe', path)
    const before = readdirSync(path).sort()
    const found = await problems(path)
    expect(found).toContainEqual({
      what: 'store bsf.db',
      state: 'warning',
      found: expect.stringMatching(/^form 1 of \d+$/) as string,
      advice: expect.stringContaining('cpns migrate') as string,
    })
    expect(readdirSync(path).sort()).toEqual(before)
  }))
