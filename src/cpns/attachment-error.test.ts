import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { attachmentErrorOf } from './attachment-error.ts'
import { HAND_SERVER_ID } from './hand-server.fixture.ts'
import { encodeMessage } from './messages.ts'

test.each([
  [401, 'authenticate-again'],
  [409, 'attach-again'],
  [400, undefined],
  [403, undefined],
  [503, undefined],
] as const)('Error %i: %s', (status, meaning) => {
  const error = { name: 'Error', entityId: HAND_SERVER_ID, status, detail: '?' } as const
  expect(attachmentErrorOf(encodeMessage(error))).toBe(meaning)
})

test('a ConnectResponse with the same status says nothing about attachments', () => {
  const head = { name: 'ConnectResponse', transactionId: 't', entityId: HAND_SERVER_ID } as const
  expect(attachmentErrorOf(encodeMessage({ ...head, status: 401 }))).toBeUndefined()
})

test('what is no message is refused', () => {
  expect(() => attachmentErrorOf(utf8('hello'))).toThrow(InvalidMessage)
})
