import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleSubscriber } from '../../../test/contracts/hss-store.contract.ts'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createRecordSealer, type MasterKeys, masterKeyId } from '../../crypto/record-sealer.ts'
import { Secret } from '../../crypto/secret.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { openHssStore } from '../sqlite/hss-store.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { assertMasterKey } from './assert-master-key.ts'

const [A, B] = [5, 6].map((fill) => Secret.of(new Uint8Array(32).fill(fill))) as [Secret, Secret]
const random = createSeededRandom('assert-master-key')

let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-assert-key-'))
  const store = openHssStore(join(folder, 'hss.db'), createRecordSealer({ current: A }, random))
  await store.addSubscriber(sampleSubscriber())
  await store.close()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const look = (...keys: readonly MasterKeys[]) => {
  const left = [...keys]
  return () =>
    assertMasterKey(folder, () => (left.length > 1 ? left.shift() : left[0]) ?? { current: A })
}

test('the key that it was made with, in front or behind, and nothing is left behind', () => {
  look({ current: A })()
  look({ current: B, former: [A] })()
  expect(readdirSync(folder)).toEqual(['hss.db'])
})

test('another one is refused, and both are named', () => {
  expect(look({ current: B })).toThrow(ConfigurationInvalid)
  expect(look({ current: B })).toThrow(
    `hss.db is sealed under master key ${masterKeyId(A)}, not under ${masterKeyId(B)}`,
  )
  expect(readdirSync(folder)).toEqual(['hss.db'])
})

test('a rotation that ends in between is no other key', () => {
  look({ current: B }, { current: A })()
})

test('every database counts, and one without a sealed value fits any key', async () => {
  const file = join(folder, 'server.db')
  await openServerStore(file, createRecordSealer({ current: B }, random)).close()
  const db = new Database(file)
  db.exec('DELETE FROM server_secrets; DELETE FROM sealing_keys')
  db.close()
  look({ current: A })()
})

test('a database of an older form, which lacks the column, is for its migration', () => {
  const db = new Database(join(folder, 'hss.db'))
  db.exec('DROP TABLE subscribers')
  db.close()
  look({ current: B })()
})
