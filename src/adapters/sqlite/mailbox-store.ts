/** The mailbox as a part of the server's store. Design 8, 9 */
import type { Acceptance, ServerStore } from '../../cpns-server/server-store.ts'
import type { GroupCommit } from './group-commit.ts'
import type { MailboxRows } from './mailbox-rows.ts'

type MailboxStore = Pick<
  ServerStore,
  | 'acceptMessage'
  | 'acceptMessages'
  | 'acknowledgeMessage'
  | 'knownMessages'
  | 'recipientsSince'
  | 'rememberMessages'
  | 'waitingMessages'
  | 'waitingRecipients'
>

/** @param mailbox Rows of the database whose commits these are. */
export function createMailboxStore(mailbox: MailboxRows, { read, run }: GroupCommit): MailboxStore {
  return {
    acceptMessage: (message, nowMs, quota) =>
      run(() => mailbox.acceptAll([message], nowMs, quota)[0] as Acceptance),
    acceptMessages: (messages, nowMs, quota) =>
      run(() => mailbox.acceptAll(messages, nowMs, quota)),
    knownMessages: (messages, nowMs) => read(() => mailbox.known(messages, nowMs)),
    rememberMessages: (messages) => run(() => mailbox.remember(messages)),
    waitingMessages: (query) => read(() => mailbox.waiting(query)),
    acknowledgeMessage: (acknowledged) => run(() => mailbox.acknowledge(acknowledged)),
    recipientsSince: (position) => read(() => mailbox.recipientsSince(position)),
    waitingRecipients: (nowMs) => read(() => mailbox.recipients(nowMs)),
  }
}
