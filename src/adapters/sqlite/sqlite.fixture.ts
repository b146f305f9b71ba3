/** What the tests of the stores on SQLite share. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createRecordSealer, type RecordSealer } from '../../crypto/record-sealer.ts'
import { Secret } from '../../crypto/secret.ts'
import { toHex } from '../../octets/octets.ts'

/** A sealer under a master key that is filled with `fill`. */
export function testSealer(fill = 1): RecordSealer {
  const current = Secret.of(new Uint8Array(32).fill(fill))
  return createRecordSealer({ current }, createSeededRandom(fill))
}

/** Runs `use` with a new folder, which is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cpns-store-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether a database holds the octets of a secret as they are. */
export function isFoundIn(file: string, secret: Secret): boolean {
  const db = new Database(file)
  try {
    return db.serialize().toString('hex').includes(toHex(secret.reveal()))
  } finally {
    db.close()
  }
}
