import { Command } from 'commander'
import { expect, test } from 'vitest'
import { addMailbox, type MailboxFlags, mailboxOf } from './mailbox-flags.ts'

function quotaOf(...args: string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} })
  addMailbox(command)
  return mailboxOf(command.parse(args, { from: 'user' }).opts<MailboxFlags>())
}

test('10,000 messages and 64 MiB, unless it is said', () => {
  expect(quotaOf()).toEqual({ messages: 10_000, octets: 67_108_864 })
  const said = quotaOf('--mailbox-messages', '1', '--mailbox-octets', '65536')
  expect(said).toEqual({ messages: 1, octets: 65_536 })
})

test('octets that a message may not fit in are refused', () => {
  expect(() => quotaOf('--mailbox-octets', '65535')).toThrow('--mailbox-octets: not 65536 or more')
})

test.each(['0', '-1', 'many'])('%s messages are refused', (value) => {
  expect(() => quotaOf('--mailbox-messages', value)).toThrow('--mailbox-messages')
})
