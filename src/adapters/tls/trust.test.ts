import { createHash, generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { pinOf } from './trust.ts'

test('a pin is SHA-256 of the SubjectPublicKeyInfo, of either half of the pair', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const expected = createHash('sha256').update(spki).digest('hex')
  expect([pinOf(publicKey), pinOf(privateKey)]).toEqual([expected, expected])
})
