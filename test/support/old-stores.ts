/** Data folders as earlier versions of the program left them: `test/vectors/stores`, one folder a commit. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

const STORES = join(import.meta.dirname, '..', 'vectors', 'stores')

/** The commits whose programs made them. */
export const OLD_VERSIONS: readonly string[] = readdirSync(STORES).sort()

/** Makes the folder, with its databases closed as after an end in order. */
export function makeOldFolder(version: string, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const key = readFileSync(join(STORES, version, 'master.key.txt'))
  writeFileSync(join(folder, 'master.key'), key, { mode: 0o600 })
  const names = readdirSync(join(STORES, version)).filter((name) => name.endsWith('.sql'))
  for (const name of names) {
    const file = join(folder, name.replace('.sql', '.db'))
    writeFileSync(file, '', { mode: 0o600 })
    const db = new Database(file)
    db.pragma('journal_mode = WAL')
    db.pragma('foreign_keys = OFF')
    db.exec(readFileSync(join(STORES, version, name), 'utf8'))
    db.close()
  }
}
