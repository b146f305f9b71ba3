import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createMailboxLoadRows, MAILBOX_LOADS_SQL } from './mailbox-load-rows.ts'

test('messages that waited before their loads were kept are counted', () => {
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE mailbox (to_recipient TEXT, payload BLOB, expires_at_ms INTEGER);
    INSERT INTO mailbox VALUES ('urn:a', x'010203', 10), ('urn:a', x'', 20), ('urn:b', x'01', 10)`)
  db.exec(MAILBOX_LOADS_SQL)
  const rows = createMailboxLoadRows(db)
  const hasRoom = (messages: number, octets: number, nowMs = 0) =>
    rows.hasRoom({ to: 'urn:a', octets: 1 }, { messages, octets }, nowMs)
  expect([hasRoom(2, 9), hasRoom(3, 3), hasRoom(3, 4)]).toEqual([false, false, true])
  // The first one has expired and is removed on the way.
  expect([hasRoom(2, 1, 10), hasRoom(1, 9, 10)]).toEqual([true, false])
  expect(db.prepare('SELECT * FROM mailbox_loads ORDER BY 1').raw().all()).toEqual([
    ['urn:a', 1, 0],
    ['urn:b', 0, 0],
  ])
})
