import { expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { StoreFailed } from '../../errors/errors.ts'
import { openColumn, sealColumn } from './sealed-column.ts'
import { testSealer } from './sqlite.fixture.ts'

const identity = { table: 'eukeys', primaryKey: ['urn:a', 'b'], column: 'key' }
const key = Secret.of(new Uint8Array(32).fill(0x5a))

test('a sealed key opens for its own table, primary key and column only', () => {
  const sealer = testSealer()
  const sealed = sealColumn(sealer, identity, key)
  expect(openColumn(sealer, identity, sealed).equals(key)).toBe(true)
  const others = [
    { ...identity, table: 'sessions' },
    { ...identity, column: 'session_key' },
    { ...identity, primaryKey: ['urn:a', 'c'] },
    { ...identity, primaryKey: ['urn', 'a:b'] },
    { ...identity, primaryKey: ['urn:a:b'] },
    { ...identity, primaryKey: ['urn:a'], column: 'b:key' },
  ]
  for (const other of others) {
    expect(() => openColumn(sealer, other, sealed)).toThrow(StoreFailed)
  }
})

test('octets that were altered or cut do not open, and the error names no octet of them', () => {
  const sealer = testSealer()
  const sealed = sealColumn(sealer, identity, key)
  const altered = sealed.with(sealed.length - 1, (sealed.at(-1) as number) ^ 1)
  for (const octets of [altered, sealed.subarray(0, 20), new Uint8Array(0)]) {
    expect(() => openColumn(sealer, identity, octets)).toThrow(
      /^a key in table eukeys does not open/,
    )
  }
  const hex = Buffer.from(altered.subarray(9)).toString('hex')
  expect(() => openColumn(sealer, identity, altered)).not.toThrow(new RegExp(hex.slice(0, 8)))
})

test('the error names the master key that sealed and the one in use', () => {
  const [former, current] = [testSealer(1), testSealer(2)]
  const sealed = sealColumn(former, identity, key)
  expect(() => openColumn(current, identity, sealed)).toThrow(former.keyId)
  expect(() => openColumn(current, identity, sealed)).toThrow(current.keyId)
})
