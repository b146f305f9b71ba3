/** Rows of messages on their way, and of those that were accepted once. Design 8 */
import type Database from 'better-sqlite3'
import type {
  Acceptance,
  MailboxMessage,
  MailboxQuota,
  ServerStore,
} from '../../cpns-server/server-store.ts'
import { createMailboxLoadRows } from './mailbox-load-rows.ts'

/** Synchronous operations, to be run inside a commit; they mean what `ServerStore` says. */
export interface MailboxRows {
  /** In order; to a recipient whose mailbox is full nothing later of them is taken either. */
  acceptAll(
    messages: readonly Omit<MailboxMessage, 'position'>[],
    nowMs: number,
    quota?: MailboxQuota,
  ): Acceptance[]
  known(...asked: Parameters<ServerStore['knownMessages']>): boolean[]
  remember(...asked: Parameters<ServerStore['rememberMessages']>): void
  waiting(query: Parameters<ServerStore['waitingMessages']>[0]): MailboxMessage[]
  acknowledge(acknowledged: Parameters<ServerStore['acknowledgeMessage']>[0]): boolean
  recipients(nowMs: number): string[]
  recipientsSince(position: number): { recipients: string[]; position: number }
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
  const selectSeen = prepareSelectSeen(db)
  const remember = db.prepare<[string, string, number]>(
    `INSERT INTO seen VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET expires_at_ms = max(expires_at_ms, excluded.expires_at_ms)`,
  )
  const known: MailboxRows['known'] = (messages, nowMs) =>
    messages.map(({ from, messageId }) => selectSeen.get(from, messageId, nowMs) !== undefined)
  // Otherwise each look-up is a transaction of its own, which costs more than the look-up.
  const knownTogether = db.transaction(known)
  return {
    acceptAll: prepareAcceptAll(db),
    known: (messages, nowMs) =>
      messages.length === 1 ? known(messages, nowMs) : knownTogether(messages, nowMs),
    remember(messages) {
      for (const { from, messageId, expiresAtMs } of messages) {
        remember.run(from, messageId, expiresAtMs)
      }
    },
    waiting: (query) => selectWaiting.all(query).map(messageOf),
    acknowledge: (acknowledged) => remove.run(acknowledged).changes > 0,
    recipients: (nowMs) => selectRecipients.all(nowMs),
    recipientsSince: prepareRecipientsSince(db),
  }
}

/** Positions rise and are never given twice, also when the last rows have gone. */
function prepareRecipientsSince(db: Database.Database): MailboxRows['recipientsSince'] {
  const selectLast = db.prepare<[], number>('SELECT max(position) FROM mailbox').pluck()
  const select = db
    .prepare<[number], string>('SELECT DISTINCT to_recipient FROM mailbox WHERE position > ?')
    .pluck()
  return (position) => {
    const last = Math.max(position, selectLast.get() ?? 0)
    return { recipients: last > position ? select.all(position) : [], position: last }
  }
}

type Arrival = Omit<MailboxMessage, 'position'>

function prepareAcceptAll(db: Database.Database): MailboxRows['acceptAll'] {
  const accept = prepareAccept(db)
  const loads = createMailboxLoadRows(db)
  const selectSeen = prepareSelectSeen(db)
  return (messages, nowMs, quota) => {
    const full = new Set<string>()
    const hasRoom = ({ to, payload }: Arrival): boolean => {
      if (quota === undefined) return true
      if (full.has(to)) return false
      if (loads.hasRoom({ to, octets: payload.length }, quota, nowMs)) return true
      full.add(to)
      return false
    }
    return messages.map((message) => {
      if (hasRoom(message)) return accept(message, nowMs)
      const isKnown = selectSeen.get(message.from, message.messageId, nowMs) !== undefined
      return isKnown ? 'duplicate' : 'full'
    })
  }
}

function prepareSelectSeen(db: Database.Database) {
  return db
    .prepare<[string, string, number], number>(
      'SELECT 1 FROM seen WHERE from_entity = ? AND message_id = ? AND expires_at_ms > ?',
    )
    .pluck()
}

/** A message stays known until it expires, also when it was acknowledged long before. */
function prepareAccept(db: Database.Database) {
  const markSeen = db.prepare<[string, string, number, number]>(
    `INSERT INTO seen VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET expires_at_ms = excluded.expires_at_ms WHERE expires_at_ms <= ?`,
  )
  const insert = db.prepare<Omit<Row, 'position'>>(
    `INSERT INTO mailbox
       (message_id, from_entity, to_recipient, content_type, payload, expires_at_ms)
     VALUES
       (@message_id, @from_entity, @to_recipient, @content_type, @payload, @expires_at_ms)
     ON CONFLICT DO NOTHING`,
  )
  const remove = db.prepare<[string, string]>(
    'DELETE FROM mailbox WHERE from_entity = ? AND message_id = ?',
  )
  return (message: Arrival, nowMs: number): 'accepted' | 'duplicate' => {
    const { messageId, from, expiresAtMs } = message
    if (markSeen.run(from, messageId, expiresAtMs, nowMs).changes === 0) return 'duplicate'
    const row = rowOf(message)
    if (insert.run(row).changes === 0) {
      // Only an expired message can be in its place; the others were seen.
      remove.run(from, messageId)
      insert.run(row)
    }
    return 'accepted'
  }
}

function rowOf(message: Arrival): Omit<Row, 'position'> {
  return {
    message_id: message.messageId,
    from_entity: message.from,
    to_recipient: message.to,
    content_type: message.contentType,
    payload: message.payload,
    expires_at_ms: message.expiresAtMs,
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
