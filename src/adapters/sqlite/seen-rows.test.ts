import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createGroupCommit } from './group-commit.ts'
import { createSeenRows, SEEN_TABLE } from './seen-rows.ts'

test('the later expiry of one message counts', async () => {
  const db = new Database(':memory:')
  db.exec(SEEN_TABLE)
  const commits = createGroupCommit(db)
  const seen = createSeenRows(db, commits)
  const message = { from: 'urn:x:a', messageId: 'm1' }
  await seen.markSeen({ ...message, expiresAtMs: 2000 })
  await seen.markSeen({ ...message, expiresAtMs: 1000 })
  expect(await seen.removeExpired(1500)).toBe(0)
  expect(await seen.hasSeen(message, 1999)).toBe(true)
  await commits.close()
})
