import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBsfStore } from '../sqlite/bsf-store.ts'
import { openHssStore } from '../sqlite/hss-store.ts'
import { testSealer, withFolder } from '../sqlite/sqlite.fixture.ts'
import { findDatabases, findKnownDatabases, lockFolder } from './folder-databases.ts'

test('each database with its kind, by its mark and not by its name', () =>
  withFolder(async (folder) => {
    await openHssStore(join(folder, 'b.db'), testSealer()).close()
    await openBsfStore(join(folder, 'a.db'), testSealer()).close()
    writeFileSync(join(folder, 'new.db'), '')
    writeFileSync(join(folder, 'notes.txt'), 'text')
    const found = findDatabases(folder).map(({ name, kind }) => [name, kind.schema.name])
    expect(found).toEqual([
      ['a.db', 'BSF'],
      ['b.db', 'HSS'],
    ])
  }))

test('another database is refused, and so is no folder', () =>
  withFolder((folder) => {
    writeFileSync(join(folder, 'other.db'), 'what is this?')
    expect(() => findDatabases(folder)).toThrow('it is no database of a kind')
    expect(findKnownDatabases(folder)).toEqual([])
    expect(() => findDatabases(join(folder, 'none'))).toThrow('there is no such folder')
  }))

test('one that cannot be read is no foreign one', () =>
  withFolder((folder) => {
    mkdirSync(join(folder, 'hss.db'))
    expect(() => findDatabases(folder)).toThrow('hss.db: it cannot be read (EISDIR)')
    expect(findKnownDatabases(folder)).toEqual([])
  }))

test('the lock is held once, and can be had again', () =>
  withFolder((folder) => {
    const release = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow('a rotation, backup or migration is under way')
    release()
    lockFolder(folder)()
    expect(() => lockFolder(join(folder, 'none'))).toThrow('it cannot be locked')
  }))
