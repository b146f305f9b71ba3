import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { euKey, HANDSHAKE_VECTORS, VECTOR_FILE } from './handshake-vectors.fixture.ts'
import { deriveSessionId, deriveSessionKey, type SessionKeyInput } from './session-keys.ts'

const randomClient = fromHex(VECTOR_FILE.randomClient)
const randomServer = fromHex(VECTOR_FILE.randomServer)

describe.each(HANDSHAKE_VECTORS)('vector $id', (vector) => {
  const digests = [fromHex(vector.digests[0]), fromHex(vector.digests[1])] as const

  test('session key and SessionID', () => {
    const sessionKey = deriveSessionKey(euKey(), { randomClient, randomServer, digests })
    expect(toHex(sessionKey.reveal())).toBe(vector.sessionKey)
    expect(deriveSessionId(sessionKey)).toBe(vector.sessionId)
  })

  test('every input counts', () => {
    const input: SessionKeyInput = { randomClient, randomServer, digests }
    const others: SessionKeyInput[] = [
      { ...input, randomClient: randomServer },
      { ...input, randomServer: randomClient },
      { ...input, digests: [digests[1], digests[0]] },
    ]
    const keys = [input, ...others].map((one) => toHex(deriveSessionKey(euKey(), one).reveal()))
    expect(new Set(keys).size).toBe(4)
  })
})

test.each([
  ['the EUKey', 31, 16, 16],
  ['RAND of the client', 32, 15, 16],
  ['RAND of the server', 32, 16, 17],
])('%s of the wrong length is our own mistake', (_, keyLength, clientLength, serverLength) => {
  const input = {
    randomClient: new Uint8Array(clientLength),
    randomServer: new Uint8Array(serverLength),
    digests: [new Uint8Array(32), new Uint8Array(32)] as const,
  }
  expect(() => deriveSessionKey(Secret.of(new Uint8Array(keyLength)), input)).toThrow(RangeError)
})
