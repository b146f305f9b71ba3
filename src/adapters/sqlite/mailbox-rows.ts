/** Rows of messages on their way, and of those that were accepted once. Design 8 */
import type Database from 'better-sqlite3'
import type { MailboxMessage, ServerStore } from '../../cpns-server/server-store.ts'

/** Synchronous operations, to be run inside a commit; they mean what `ServerStore` says. */
export interface MailboxRows {
  accept(message: Omit<MailboxMessage, 'position'>, nowMs: number): 'accepted' | 'duplicate'
  waiting(query: Parameters<ServerStore['waitingMessages']>[0]): MailboxMessage[]
  acknowledge(acknowledged: Parameters<ServerStore['acknowledgeMessage']>[0]): boolean
  recipients(nowMs: number): string[]
}

interface Row {
  readonly position: number
  readonly message_id: string
  readonly from_entity: string
  readonly to_recipient: string
  readonly content_type: string
  readonly payload: Uint8Array
  readonly expires_at_ms: number
}

/** @param db A database of `SERVER_SCHEMA`. */
export function createMailboxRows(db: Database.Database): MailboxRows {
  const selectWaiting = db.prepare<Parameters<MailboxRows['waiting']>[0], Row>(
    `SELECT * FROM mailbox WHERE to_recipient = @to AND position > @afterPosition
       AND expires_at_ms > @nowMs ORDER BY position LIMIT @limit`,
  )
  const remove = db.prepare<Parameters<MailboxRows['acknowledge']>[0]>(
    `DELETE FROM mailbox
     WHERE from_entity = @from AND message_id = @messageId AND to_recipient = @to`,
  )
  const selectRecipients = db
    .prepare<[number], string>(
      'SELECT DISTINCT to_recipient FROM mailbox WHERE expires_at_ms > ? ORDER BY to_recipient',
    )
    .pluck()
  return {
    accept: prepareAccept(db),
    waiting: (query) => selectWaiting.all(query).map(messageOf),
    acknowledge: (acknowledged) => remove.run(acknowledged).changes > 0,
    recipients: (nowMs) => selectRecipients.all(nowMs),
  }
}

/** A message stays known until it expires, also when it was acknowledged long before. */
function prepareAccept(db: Database.Database): MailboxRows['accept'] {
  const markSeen = db.prepare<[string, string, number, number]>(
    `INSERT INTO seen VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET expires_at_ms = excluded.expires_at_ms WHERE expires_at_ms <= ?`,
  )
  const insert = db.prepare<Omit<Row, 'position'>>(
    `INSERT OR REPLACE INTO mailbox
       (message_id, from_entity, to_recipient, content_type, payload, expires_at_ms)
     VALUES
       (@message_id, @from_entity, @to_recipient, @content_type, @payload, @expires_at_ms)`,
  )
  return ({ messageId, from, to, contentType, payload, expiresAtMs }, nowMs) => {
    if (markSeen.run(from, messageId, expiresAtMs, nowMs).changes === 0) return 'duplicate'
    // Only an expired message can be replaced; the others were seen.
    insert.run({
      message_id: messageId,
      from_entity: from,
      to_recipient: to,
      content_type: contentType,
      payload,
      expires_at_ms: expiresAtMs,
    })
    return 'accepted'
  }
}

function messageOf(row: Row): MailboxMessage {
  return {
    position: row.position,
    messageId: row.message_id,
    from: row.from_entity,
    to: row.to_recipient,
    contentType: row.content_type,
    payload: new Uint8Array(row.payload),
    expiresAtMs: row.expires_at_ms,
  }
}
