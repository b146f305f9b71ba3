import { expect, test } from 'vitest'
import { toHex, utf8 } from '../octets/octets.ts'
import { HANDSHAKE_VECTORS } from './handshake-vectors.fixture.ts'
import { messageDigest, transcriptOf } from './transcript.ts'

test.each(HANDSHAKE_VECTORS)('vector $id: digests of octets as sent, in order', (vector) => {
  const { connectRequest, authenticateRequest, authenticateResponse } = vector.messages
  const messages = [connectRequest, authenticateRequest, authenticateResponse].map(utf8)
  const digests = messages.map(messageDigest)
  expect(digests.map(toHex)).toEqual(vector.digests)
  expect(toHex(transcriptOf(digests))).toBe(vector.digests.join(''))
})

test('one space more is another message', () => {
  expect(messageDigest(utf8('<a/>'))).not.toEqual(messageDigest(utf8('<a />')))
})
