import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createRecordSealer } from '../../crypto/record-sealer.ts'
import { Secret } from '../../crypto/secret.ts'
import { StoreFailed } from '../../errors/errors.ts'
import { parseImpi } from '../../identity/impi.ts'
import { openHssStore } from './hss-store.ts'
import { countSealedOtherwise, resealDatabase } from './reseal-database.ts'
import { STORE_KINDS, type StoreKind } from './sealed-columns.ts'
import { testSealer, withFolder } from './sqlite.fixture.ts'

const HSS = STORE_KINDS.find(({ schema }) => schema.name === 'HSS') as StoreKind
const key = (fill: number): Secret => Secret.of(new Uint8Array(32).fill(fill))
const both = createRecordSealer({ current: key(2), former: [key(1)] }, createSeededRandom('reseal'))
const impiOf = (n: number) => parseImpi(`${String(n).padStart(4, '0')}@ims.example`)

async function fill(file: string, count: number): Promise<void> {
  const store = openHssStore(file, testSealer(1))
  await Promise.all(
    Array.from({ length: count }, (_, n) =>
      store.addSubscriber({
        impi: impiOf(n),
        algorithm: 'milenage',
        subscriberKey: Secret.of(new Uint8Array(16).fill(n % 256)),
        operatorVariant: Secret.of(new Uint8Array(16).fill(0xee)),
        amf: Uint8Array.of(0x80, 0),
      }),
    ),
  )
  await store.close()
}

test('all batches of a table, each value once', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'hss.db')
    await fill(file, 250)
    expect(countSealedOtherwise(file, HSS, both.keyId)).toBe(500)
    const told: [number, number][] = []
    const tell = (done: number, total: number) => void told.push([done, total])
    expect(await resealDatabase(file, HSS, both, tell)).toBe(500)
    expect(told).toEqual([100, 200, 250].map((done) => [done, 250]))
    expect(countSealedOtherwise(file, HSS, both.keyId)).toBe(0)
    expect(await resealDatabase(file, HSS, both)).toBe(0)
    const store = openHssStore(file, testSealer(2))
    for (const n of [0, 99, 100, 249]) {
      const found = await store.findSubscriber(impiOf(n))
      expect(found?.subscriberKey.reveal()).toEqual(new Uint8Array(16).fill(n % 256))
    }
    await store.close()
  }))

test('a value that does not open stops it; what was done stays, and it says where', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'hss.db')
    await fill(file, 150)
    const db = new Database(file)
    db.prepare('UPDATE subscribers SET operator_variant = zeroblob(53) WHERE impi = ?').run(
      impiOf(120),
    )
    db.close()
    const failure: unknown = await resealDatabase(file, HSS, both).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StoreFailed)
    expect((failure as Error).message).toContain('a key in table subscribers does not open')
    expect(countSealedOtherwise(file, HSS, both.keyId)).toBe(100)
  }))
