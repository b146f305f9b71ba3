import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { toHex } from '../octets/octets.ts'
import { createRecordSealer, masterKeyId } from './record-sealer.ts'
import { Secret } from './secret.ts'

const IDENTITY = 'eukeys:urn:uuid:1:key'
const masterKey = (fill: number): Secret => Secret.of(new Uint8Array(32).fill(fill))
const euKey = Secret.of(new Uint8Array(32).fill(0xee))
const sealerOf = (current: Secret, former: readonly Secret[] = []) =>
  createRecordSealer({ current, former }, createSeededRandom('sealer'))

describe('a sealed record', () => {
  const sealer = sealerOf(masterKey(1))
  const sealed = sealer.seal(IDENTITY, euKey)

  test('opens to the same key', () => {
    expect(sealer.open(IDENTITY, sealed)?.equals(euKey)).toBe(true)
  })

  test('has the form 01, key id, nonce, ciphertext, tag', () => {
    expect(sealed).toHaveLength(1 + 8 + 12 + 32 + 16)
    expect(sealed[0]).toBe(1)
    expect(toHex(sealed.subarray(1, 9))).toBe(sealer.keyId)
    expect(toHex(sealed)).not.toContain('eeee')
  })

  test('is another one each time', () => {
    expect(toHex(sealer.seal(IDENTITY, euKey))).not.toBe(toHex(sealer.seal(IDENTITY, euKey)))
  })

  test('does not open as another record', () => {
    expect(sealer.open('eukeys:urn:uuid:2:key', sealed)).toBeUndefined()
  })

  test('does not open altered, cut or grown', () => {
    for (let at = 0; at < sealed.length; at++) {
      const altered = sealed.map((octet, index) => (index === at ? octet ^ 0x80 : octet))
      expect(sealer.open(IDENTITY, altered)).toBeUndefined()
      expect(sealer.open(IDENTITY, sealed.subarray(0, at))).toBeUndefined()
    }
    expect(sealer.open(IDENTITY, Uint8Array.of(...sealed, 0))).toBeUndefined()
  })
})

describe('rotation of the master key', () => {
  const sealed = sealerOf(masterKey(1)).seal(IDENTITY, euKey)

  test('a former key opens, the current one seals', () => {
    const rotated = sealerOf(masterKey(2), [masterKey(1)])
    expect(rotated.open(IDENTITY, sealed)?.equals(euKey)).toBe(true)
    expect(rotated.keyId).toBe(sealerOf(masterKey(2)).keyId)
    expect(sealerOf(masterKey(1)).open(IDENTITY, rotated.seal(IDENTITY, euKey))).toBeUndefined()
  })

  test('a sealer that runs takes up new keys when it seals, and when it meets one', () => {
    const other = sealerOf(masterKey(2)).seal(IDENTITY, euKey)
    let keys = { current: masterKey(1), former: [] as Secret[] }
    const running = createRecordSealer(() => keys, createSeededRandom('running'))
    expect(running.open(IDENTITY, other)).toBeUndefined()
    keys = { current: masterKey(2), former: [masterKey(1)] }
    expect(running.open(IDENTITY, other)?.equals(euKey)).toBe(true)
    expect(running.open(IDENTITY, sealed)?.equals(euKey)).toBe(true)
    keys = { current: masterKey(3), former: [masterKey(2)] }
    expect(toHex(running.seal(IDENTITY, euKey).subarray(1, 9))).toBe(masterKeyId(masterKey(3)))
    expect(running.open(IDENTITY, sealed)).toBeUndefined()
  })

  test('a key that is not at hand does not open', () => {
    expect(sealerOf(masterKey(2)).open(IDENTITY, sealed)).toBeUndefined()
  })
})

test('secrets of any length, none included', () => {
  const sealer = sealerOf(masterKey(3))
  for (const length of [0, 1, 300]) {
    const secret = Secret.of(new Uint8Array(length).fill(9))
    expect(sealer.open('x', sealer.seal('x', secret))?.equals(secret)).toBe(true)
  }
})
