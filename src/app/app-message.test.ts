import { expect, test } from 'vitest'
import { utf8 } from '../octets/octets.ts'
import { describeMessage } from './app-message.ts'

const message = (payload: Uint8Array) => ({
  messageId: 'm1',
  from: 'urn:x:a',
  to: 'urn:cpns:service:echo',
  contentType: 'text/plain',
  payload,
  expiresAtMs: Date.UTC(2026, 0, 1),
})

test('text is there twice', () => {
  expect(describeMessage(message(utf8('\ufeffhé')))).toEqual({
    messageId: 'm1',
    from: 'urn:x:a',
    to: 'urn:cpns:service:echo',
    contentType: 'text/plain',
    payload: '77u/aMOp',
    text: '\ufeffhé',
    expiresAt: '2026-01-01T00:00:00.000Z',
  })
})

test('what is no text is there once', () => {
  expect(describeMessage(message(new Uint8Array([0xff])))).not.toHaveProperty('text')
})
