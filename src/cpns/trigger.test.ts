import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { toHex, utf8 } from '../octets/octets.ts'
import {
  isTriggerProof,
  openTriggerPassword,
  sealTriggerPassword,
  type TriggerContext,
  triggerProof,
} from './trigger.ts'

const key = Secret.of(Uint8Array.from({ length: 32 }, (_, index) => index))
const context: TriggerContext = {
  gw: parseEntityId('urn:x:g'),
  pne: parseEntityId('urn:x:p'),
  nonce: Uint8Array.from({ length: 16 }, (_, index) => 16 + index),
}
const OTHERS: readonly TriggerContext[] = [
  { ...context, gw: parseEntityId('urn:x:h') },
  { ...context, pne: parseEntityId('urn:x:q') },
  { ...context, nonce: new Uint8Array(16) },
  // The same octets, parted elsewhere.
  { ...context, gw: parseEntityId('urn:x:gu'), pne: parseEntityId('rn:x:p') },
]

describe('the Proof of a trigger', () => {
  test('M-7: as Python makes it with hmac and hashlib', () => {
    expect(toHex(triggerProof(key, context))).toBe(
      '2d6c23c10ebeaf3a7c66485f452c750703a5c3831bcec913296547a3f7a0387f',
    )
  })

  test('holds for this PN GW, PNE and Nonce only, and under this key only', () => {
    const proof = triggerProof(key, context)
    expect(isTriggerProof(key, context, proof)).toBe(true)
    for (const other of OTHERS) expect(isTriggerProof(key, other, proof)).toBe(false)
    expect(isTriggerProof(Secret.of(new Uint8Array(32)), context, proof)).toBe(false)
    expect(isTriggerProof(key, context, proof.subarray(1))).toBe(false)
  })

  test('needs a key of 32 octets and a Nonce of 16', () => {
    expect(() => triggerProof(Secret.of(new Uint8Array(31)), context)).toThrow(RangeError)
    expect(() => triggerProof(key, { ...context, nonce: new Uint8Array(15) })).toThrow(RangeError)
  })
})

describe('a password that is handed over', () => {
  const iv = new Uint8Array(12).fill(7)
  const password = Secret.of(utf8('correct horse'))
  const sealed = sealTriggerPassword(key, { ...context, iv }, password)

  test('comes back under the same key, and is not in the open', () => {
    expect(openTriggerPassword(key, { ...context, iv }, sealed)?.equals(password)).toBe(true)
    expect(sealed).toHaveLength(13 + 16)
    expect(Buffer.from(sealed).includes('horse')).toBe(false)
  })

  test('opens for no other PN GW, PNE, Nonce or key, nor if it was altered', () => {
    for (const other of OTHERS) {
      expect(openTriggerPassword(key, { ...other, iv }, sealed)).toBeUndefined()
    }
    const altered = sealed.map((octet, index) => (index === 0 ? octet ^ 1 : octet))
    expect(openTriggerPassword(key, { ...context, iv }, altered)).toBeUndefined()
    const stranger = Secret.of(new Uint8Array(32))
    expect(openTriggerPassword(stranger, { ...context, iv }, sealed)).toBeUndefined()
  })
})
