/** The flags of `cpns server serve` about mailboxes. Design 8, M-6 */
import type { Command } from 'commander'
import { MAX_PAYLOAD_OCTETS } from '../cpns/record-content.ts'
import { DEFAULT_MAILBOX_QUOTA } from '../cpns-server/mailbox.ts'
import type { MailboxQuota } from '../cpns-server/server-store.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { parseWholeNumber } from './whole-number.ts'

/** The flags as they come from the command line. */
export interface MailboxFlags {
  readonly mailboxMessages: number
  readonly mailboxOctets: number
}

/** Adds them. */
export function addMailbox(serve: Command): void {
  const { messages, octets } = DEFAULT_MAILBOX_QUOTA
  serve
    .option(
      '--mailbox-messages <n>',
      'how many messages may wait for one recipient',
      parseWholeNumber,
      messages,
    )
    .option(
      '--mailbox-octets <n>',
      'how much payload may wait for one recipient',
      parseWholeNumber,
      octets,
    )
}

/** @throws {ConfigurationInvalid} Naming the flag. */
export function mailboxOf({ mailboxMessages, mailboxOctets }: MailboxFlags): MailboxQuota {
  // Else there would be messages for which there is never room.
  if (mailboxOctets < MAX_PAYLOAD_OCTETS) {
    throw new ConfigurationInvalid(`--mailbox-octets: not ${MAX_PAYLOAD_OCTETS} or more`)
  }
  return { messages: mailboxMessages, octets: mailboxOctets }
}
