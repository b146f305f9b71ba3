import { expect, test } from 'vitest'
import { deriveAttachmentKeys } from './attachment.ts'
import { isFirstRecord } from './first-record.ts'
import { handSession } from './hand-server.fixture.ts'
import { createRecordChannel } from './record.ts'

test('only the first record of an attachment is one', () => {
  const { sessionId, sessionKey } = handSession()
  const nonce = new Uint8Array(16)
  const keys = deriveAttachmentKeys(sessionKey, { clientNonce: nonce, serverNonce: nonce })
  const channel = createRecordChannel({ side: 'client', sessionId, keys })
  const records = Array.from({ length: 300 }, () => channel.seal('ping', new Uint8Array(1)))
  expect(records.map(isFirstRecord)).toEqual([true, ...records.slice(1).map(() => false)])
})

test('each octet of the sequence counts', () => {
  for (let at = 0; at < 34; at++) {
    const octets = new Uint8Array(34)
    octets[at] = 1
    expect(isFirstRecord(octets)).toBe(at < 18 || at >= 26)
  }
})
