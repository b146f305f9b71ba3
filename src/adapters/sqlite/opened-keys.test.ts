import { expect, test, vi } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { StoreFailed } from '../../errors/errors.ts'
import { createOpenedKeys } from './opened-keys.ts'
import { sealColumn } from './sealed-column.ts'
import { testSealer } from './sqlite.fixture.ts'

const key = (octet: number) => Secret.of(new Uint8Array(16).fill(octet))
const identityOf = (name: string) => ({
  table: 'subscribers',
  primaryKey: [name],
  column: 'subscriber_key',
})

function openCounted(limit = 2) {
  const sealer = testSealer()
  const open = vi.spyOn(sealer, 'open')
  const keys = createOpenedKeys(sealer, limit)
  const seal = (name: string, octet: number) => sealColumn(sealer, identityOf(name), key(octet))
  return { keys, seal, count: () => open.mock.calls.length }
}

test('a key is opened once, as long as its row stays the same', () => {
  const { keys, seal, count } = openCounted()
  const sealed = seal('a', 1)
  for (let n = 0; n < 3; n++) {
    expect(keys.open(identityOf('a'), sealed.slice()).equals(key(1))).toBe(true)
  }
  expect(count()).toBe(1)
  expect(keys.open(identityOf('a'), seal('a', 2)).equals(key(2))).toBe(true)
  expect(keys.open(identityOf('a'), sealed).equals(key(1))).toBe(true)
  expect(count()).toBe(3)
})

test('octets of another row, or altered ones, open nothing, and what is known stays', () => {
  const { keys, seal } = openCounted()
  const sealed = seal('a', 1)
  keys.open(identityOf('a'), sealed)
  expect(() => keys.open(identityOf('b'), sealed)).toThrow(StoreFailed)
  const altered = sealed.with(30, (sealed[30] as number) ^ 1)
  expect(() => keys.open(identityOf('a'), altered)).toThrow(StoreFailed)
  expect(keys.open(identityOf('a'), sealed).equals(key(1))).toBe(true)
})

test('beyond the limit the first one goes, and one that is forgotten goes at once', () => {
  const { keys, seal, count } = openCounted(2)
  const rows = ['a', 'b', 'c'].map((name, n) => [name, seal(name, n)] as const)
  for (const [name, sealed] of rows) keys.open(identityOf(name), sealed)
  const openAgain = (n: number) => keys.open(identityOf(rows[n]![0]), rows[n]![1])
  openAgain(2)
  openAgain(1)
  expect(count()).toBe(3)
  openAgain(0)
  expect(count()).toBe(4)
  keys.forget(identityOf('a'))
  openAgain(0)
  expect(count()).toBe(5)
})
