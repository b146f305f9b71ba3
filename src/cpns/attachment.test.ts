import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { concatOctets, fromHex, toHex } from '../octets/octets.ts'
import {
  decodeAttachAnswer,
  decodeAttachRequest,
  deriveAttachmentKeys,
  encodeAttachAnswer,
  encodeAttachRequest,
} from './attachment.ts'
import { HANDSHAKE_VECTORS, VECTOR_FILE, vectorOf } from './handshake-vectors.fixture.ts'

const clientNonce = fromHex(VECTOR_FILE.clientNonce)
const serverNonce = fromHex(VECTOR_FILE.serverNonce)
const { sessionId, attachRequest, attachAnswer } = vectorOf('HMAC-SHA-256')

describe.each(HANDSHAKE_VECTORS)('vector $id', (vector) => {
  test('keys and salts', () => {
    const sessionKey = Secret.of(fromHex(vector.sessionKey))
    const { uplink, downlink } = deriveAttachmentKeys(sessionKey, { clientNonce, serverNonce })
    expect(toHex(uplink.key.reveal())).toBe(vector.uplinkKey)
    expect(toHex(downlink.key.reveal())).toBe(vector.downlinkKey)
    expect(toHex(uplink.salt.reveal())).toBe(vector.uplinkSalt)
    expect(toHex(downlink.salt.reveal())).toBe(vector.downlinkSalt)
  })

  test('frames', () => {
    const id = vector.sessionId
    expect(toHex(encodeAttachRequest({ sessionId: id, clientNonce }))).toBe(vector.attachRequest)
    expect(toHex(encodeAttachAnswer({ sessionId: id, serverNonce }))).toBe(vector.attachAnswer)
    const request = decodeAttachRequest(fromHex(vector.attachRequest))
    expect(request).toEqual({ sessionId: id, clientNonce })
    const answer = decodeAttachAnswer(fromHex(vector.attachAnswer))
    expect(answer).toEqual({ sessionId: id, serverNonce })
  })
})

describe.each([
  ['request', decodeAttachRequest, attachRequest],
  ['answer', decodeAttachAnswer, attachAnswer],
] as const)('an attach %s is refused', (_, decode, hex) => {
  const whole = fromHex(hex)

  test('cut anywhere, or with an octet behind it', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(() => decode(whole.subarray(0, length))).toThrow(InvalidMessage)
    }
    expect(() => decode(concatOctets(whole, Uint8Array.of(0)))).toThrow('trailing octets')
  })

  test('with another version or type', () => {
    expect(() => decode(concatOctets(Uint8Array.of(2), whole.subarray(1)))).toThrow('version')
    for (const type of [0x00, 0x01, 0x80]) {
      if (type === whole[1]) continue
      const other = concatOctets(Uint8Array.of(1, type), whole.subarray(2))
      expect(() => decode(other)).toThrow('unknown type')
    }
  })
})

test('wrong lengths are our own mistake', () => {
  const short = new Uint8Array(15)
  const sessionKey = Secret.of(new Uint8Array(32))
  expect(() => encodeAttachRequest({ sessionId, clientNonce: short })).toThrow(RangeError)
  expect(() => encodeAttachAnswer({ sessionId: 'x', serverNonce })).toThrow(RangeError)
  expect(() => deriveAttachmentKeys(sessionKey, { clientNonce: short, serverNonce })).toThrow(
    RangeError,
  )
  expect(() => deriveAttachmentKeys(sessionKey, { clientNonce, serverNonce: short })).toThrow(
    RangeError,
  )
  const half = Secret.of(new Uint8Array(16))
  expect(() => deriveAttachmentKeys(half, { clientNonce, serverNonce })).toThrow(RangeError)
})
