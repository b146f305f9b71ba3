import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyDataFolder } from './backup-folder.ts'

let folder: string
const from = (name = ''): string => join(folder, 'from', name)
const to = (name = ''): string => join(folder, 'to', name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-backup-'))
  mkdirSync(from('tls'), { recursive: true })
  writeFileSync(from('master.key'), 'secret')
  writeFileSync(from('tls/key.pem'), 'pem', { mode: 0o600 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a database in use is copied between two commits, with what is still in its log', async () => {
  const db = new Database(from('a.db'))
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE t (n INTEGER)')
  db.exec('INSERT INTO t VALUES (1)')
  db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (2)')
  const { files } = await copyDataFolder(from(), to())
  db.exec('COMMIT')
  db.close()
  expect(files).toEqual(['a.db', join('tls', 'key.pem')])
  expect(statSync(from('a.db')).mode & 0o077, 'as SQLite makes it').not.toBe(0)
  expect(statSync(to('a.db')).mode & 0o777).toBe(0o600)
  const copy = new Database(to('a.db'), { readonly: true })
  expect(copy.prepare('SELECT n FROM t').pluck().all()).toEqual([1])
  copy.close()
  expect(readdirSync(to()), 'one file, no side files').toEqual(['a.db', 'tls'])
})

test('other files as they are, for the owner only; the master key and links are left out', async () => {
  symlinkSync('/etc/hostname', from('link'))
  const { files } = await copyDataFolder(from(), to())
  expect(files).toEqual([join('tls', 'key.pem')])
  expect(readFileSync(to('tls/key.pem'), 'utf8')).toBe('pem')
  expect(statSync(to('tls/key.pem')).mode & 0o777).toBe(0o600)
  expect(statSync(to()).mode & 0o777).toBe(0o700)
})

test('a database that is damaged is no backup', async () => {
  const db = new Database(from('a.db'))
  db.exec(`CREATE TABLE t (n); INSERT INTO t VALUES (zeroblob(20000))`)
  const page = db.pragma('page_size', { simple: true }) as number
  db.close()
  const octets = readFileSync(from('a.db'))
  octets.fill(0, page, 2 * page)
  writeFileSync(from('a.db'), octets)
  await expect(copyDataFolder(from(), to())).rejects.toThrow('a.db: it cannot be copied (damaged)')
})

test('nothing is overwritten', async () => {
  mkdirSync(to())
  writeFileSync(to('x'), '')
  await expect(copyDataFolder(from(), to())).rejects.toThrow('is not empty')
})

test('a folder that is not there, and a database that is none', async () => {
  await expect(copyDataFolder(join(folder, 'none'), to())).rejects.toThrow('no such folder')
  writeFileSync(from('b.db'), 'no database at all, but long enough to be looked at as one')
  await expect(copyDataFolder(from(), to())).rejects.toThrow('b.db: it cannot be copied')
})

test('a folder with nothing but a master key gives an empty one; one that cannot be made says so', async () => {
  rmSync(from('tls'), { recursive: true })
  writeFileSync(from('master.key.01.new'), 'half')
  writeFileSync(from('admin.token.01.new'), 'half')
  writeFileSync(from('maintenance.lock'), '')
  expect(await copyDataFolder(from(), to())).toEqual({ files: [] })
  expect(statSync(to()).isDirectory()).toBe(true)
  writeFileSync(join(folder, 'file'), '')
  const below = join(folder, 'file', 'below')
  await expect(copyDataFolder(from(), below)).rejects.toThrow(`${below}: it cannot be used`)
})
