/**
 * How much waits for each recipient, so that a mailbox has a bound at the cost of one look-up. Design 8
 *
 * The database keeps the sums itself, in the transaction that changes the mailbox and whatever changes it.
 */
import type Database from 'better-sqlite3'
import type { MailboxQuota } from '../../cpns-server/server-store.ts'

/** The table and what keeps it; the messages that wait already are counted. */
export const MAILBOX_LOADS_SQL = `
  CREATE TABLE mailbox_loads (
    to_recipient TEXT PRIMARY KEY,
    messages INTEGER NOT NULL,
    octets INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO mailbox_loads
    SELECT to_recipient, count(*), sum(length(payload)) FROM mailbox GROUP BY to_recipient;
  CREATE TRIGGER mailbox_added AFTER INSERT ON mailbox BEGIN
    INSERT INTO mailbox_loads VALUES (NEW.to_recipient, 1, length(NEW.payload))
      ON CONFLICT DO UPDATE SET messages = messages + 1, octets = octets + excluded.octets;
  END;
  CREATE TRIGGER mailbox_removed AFTER DELETE ON mailbox BEGIN
    UPDATE mailbox_loads SET messages = messages - 1, octets = octets - length(OLD.payload)
      WHERE to_recipient = OLD.to_recipient;
  END;`

/** Synchronous, to be run inside a commit. */
export interface MailboxLoadRows {
  /**
   * Whether there is room for one more message. What has expired takes none: if it stands in the way it
   * is removed, of all recipients, since that is what the index is for.
   *
   * @param message.octets Of its payload.
   */
  hasRoom(
    message: { readonly to: string; readonly octets: number },
    quota: MailboxQuota,
    nowMs: number,
  ): boolean
}

/** @param db A database of `SERVER_SCHEMA`. */
export function createMailboxLoadRows(db: Database.Database): MailboxLoadRows {
  const select = db.prepare<[string], { readonly messages: number; readonly octets: number }>(
    'SELECT messages, octets FROM mailbox_loads WHERE to_recipient = ?',
  )
  const removeExpired = db.prepare<[number]>('DELETE FROM mailbox WHERE expires_at_ms <= ?')
  const fits: (...asked: Parameters<MailboxLoadRows['hasRoom']>) => boolean = (message, quota) => {
    const { messages, octets } = select.get(message.to) ?? { messages: 0, octets: 0 }
    return messages < quota.messages && octets + message.octets <= quota.octets
  }
  return {
    hasRoom(message, quota, nowMs) {
      if (fits(message, quota, nowMs)) return true
      return removeExpired.run(nowMs).changes > 0 && fits(message, quota, nowMs)
    },
  }
}
