import { expect, test } from 'vitest'
import { encodeMessage } from '../cpns/messages.ts'
import { sha256 } from '../crypto/hash.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { toHex, utf8 } from '../octets/octets.ts'
import { answerAgain, isOfAssignment } from './tombstone.ts'

const head = { transactionId: 't', entityId: parseEntityId('urn:x:s'), status: 401 } as const
const tombstoneOf = (name: 'ConnectResponse' | 'EUKeyAssignmentResponse') => ({
  stateDigest: 's',
  messageDigest: toHex(sha256(utf8('message'))),
  answer: encodeMessage({ name, ...head }),
  forgetAfterMs: 1,
})

test('the same octets get the answer again, others none', () => {
  const tombstone = tombstoneOf('ConnectResponse')
  expect(answerAgain(utf8('message'), tombstone)).toBe(tombstone.answer)
  expect(answerAgain(utf8('message '), tombstone)).toBeUndefined()
})

test('the answer tells what the exchange was for', () => {
  expect(isOfAssignment(tombstoneOf('ConnectResponse'))).toBe(false)
  expect(isOfAssignment(tombstoneOf('EUKeyAssignmentResponse'))).toBe(true)
})
