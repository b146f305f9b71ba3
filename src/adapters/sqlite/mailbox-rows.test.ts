import { expect, test } from 'vitest'
import { createMailboxRows } from './mailbox-rows.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'

const message = {
  messageId: 'm',
  from: 'urn:a',
  to: 'urn:b',
  contentType: 'text/plain',
  payload: Uint8Array.of(1),
  expiresAtMs: 100,
}

test('a message whose MessageID is free again takes the place of the expired one, at the end', () => {
  const rows = createMailboxRows(openDatabase(':memory:', SERVER_SCHEMA))
  rows.acceptAll([message], 0)
  rows.acceptAll([{ ...message, messageId: 'n' }], 0)
  expect(rows.acceptAll([{ ...message, expiresAtMs: 200 }], 100)).toEqual(['accepted'])
  const waiting = rows.waiting({ to: 'urn:b', afterPosition: -1, limit: 9, nowMs: 0 })
  expect(waiting.map(({ position, messageId }) => [position, messageId])).toEqual([
    [2, 'n'],
    [4, 'm'],
  ])
})

test('names of recipients are compared octet by octet', () => {
  const rows = createMailboxRows(openDatabase(':memory:', SERVER_SCHEMA))
  rows.acceptAll([message], 0)
  const query = { afterPosition: -1, limit: 9, nowMs: 0 }
  expect(rows.waiting({ ...query, to: 'urn:B' })).toEqual([])
  expect(rows.waiting({ ...query, to: 'urn:b ' })).toEqual([])
  expect(rows.recipients(0)).toEqual(['urn:b'])
})
