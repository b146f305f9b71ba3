import { beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import type { Message } from '../cpns/messages.ts'
import { StoreFailed, TransportFailed } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { utf8 } from '../octets/octets.ts'
import { noLog } from '../ports/log.ts'
import { createInbox, type Inbox, type InboxPorts } from './inbox.ts'

const SERVER_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000001')

let clock: VirtualClock
let inbox: Inbox
let handled: string[]
let acknowledged: string[]
let seen: Map<string, number>
/** Names of messages whose handler throws now. */
let failing: Set<string>
let isStoreBroken: boolean

beforeEach(() => {
  clock = createVirtualClock(1_000_000)
  handled = []
  acknowledged = []
  seen = new Map()
  failing = new Set()
  isStoreBroken = false
  inbox = createInbox(ports())
})

function ports(change: Partial<InboxPorts> = {}): InboxPorts {
  return {
    clock,
    log: noLog,
    store: {
      hasSeen: async ({ from, messageId }, nowMs) =>
        (seen.get(`${from} ${messageId}`) ?? 0) > nowMs,
      async markSeen({ from, messageId, expiresAtMs }) {
        if (isStoreBroken) throw new StoreFailed('disk full')
        seen.set(`${from} ${messageId}`, expiresAtMs)
      },
    },
    handle({ from, messageId }) {
      if (failing.has(messageId)) throw new Error('not now')
      handled.push(`${from.slice(-1)} ${messageId}`)
    },
    acknowledge: async ({ messageId }, status) => void acknowledged.push(`${messageId} ${status}`),
    ...change,
  }
}

const messageOf = (messageId: string, from = 'urn:x:a', expires = 60): Message => ({
  name: 'Message',
  transactionId: messageId,
  entityId: SERVER_ID,
  messageId,
  from,
  to: 'urn:x:me',
  contentType: 'text/plain',
  expires,
})

const take = async (...messages: Message[]): Promise<void> => {
  for (const message of messages) inbox.take(message, utf8('payload'))
  await clock.advance(0)
}

describe('a message', () => {
  test('is handled, then remembered until it expires, then acknowledged', async () => {
    const order: string[] = []
    inbox = createInbox(
      ports({
        handle: ({ payload }) => void order.push(`handled ${payload.length}`),
        acknowledge: async (_, status) =>
          void order.push(`acknowledged ${status}, seen ${seen.size}`),
      }),
    )
    await take(messageOf('m'))
    expect(order).toEqual(['handled 7', 'acknowledged 200, seen 1'])
    expect(seen.get('urn:x:a m')).toBe(1_060_000)
  })

  test('that comes again is acknowledged again and not handled again', async () => {
    await take(messageOf('m'))
    await take(messageOf('m'))
    expect([handled, acknowledged]).toEqual([['a m'], ['m 200', 'm 200']])
  })

  test('of a MessageID that has expired is another message', async () => {
    await take(messageOf('m'))
    await clock.advance(60_000)
    await take(messageOf('m'))
    expect([handled, acknowledged]).toEqual([
      ['a m', 'a m'],
      ['m 200', 'm 200'],
    ])
  })

  test('that was handled before a restart is not handled again', async () => {
    await take(messageOf('m'))
    inbox = createInbox(ports())
    await take(messageOf('m'))
    expect(handled).toEqual(['a m'])
  })

  test('that comes again while the first copy is handled is acknowledged once', async () => {
    let finish: (() => void) | undefined
    inbox = createInbox(
      ports({
        handle: () =>
          new Promise((resolve) => {
            finish = resolve
          }),
      }),
    )
    await take(messageOf('m'), messageOf('m'))
    finish?.()
    await clock.advance(0)
    expect(acknowledged).toEqual(['m 200'])
  })

  test('of another sender with the same MessageID is another message', async () => {
    await take(messageOf('m'), messageOf('m', 'urn:x:b'))
    expect(handled).toEqual(['a m', 'b m'])
  })

  test('is handled after the one before it, however long that takes', async () => {
    const finish: (() => void)[] = []
    inbox = createInbox(
      ports({
        handle: ({ messageId }) => {
          handled.push(messageId)
          return new Promise<void>((resolve) => finish.push(resolve))
        },
      }),
    )
    await take(messageOf('1'), messageOf('2'))
    expect(handled).toEqual(['1'])
    finish[0]?.()
    await clock.advance(0)
    expect(handled).toEqual(['1', '2'])
  })

  test('keeps its payload when the octets it came in are used again', async () => {
    const payloads: string[] = []
    inbox = createInbox(ports({ handle: ({ payload }) => void payloads.push(String(payload)) }))
    const payload = Uint8Array.of(1, 2)
    inbox.take(messageOf('m'), payload)
    payload.fill(0)
    await clock.advance(0)
    expect(payloads).toEqual(['1,2'])
  })
})

describe('a handler that throws', () => {
  test('gets the message again', async () => {
    failing.add('m')
    await take(messageOf('m'))
    failing.clear()
    await take(messageOf('m'))
    expect([handled, acknowledged]).toEqual([['a m'], ['m 500', 'm 200']])
  })

  test('holds the later ones of that sender, and of no other', async () => {
    failing.add('1')
    await take(messageOf('1'), messageOf('2'), messageOf('9', 'urn:x:b'))
    expect([handled, acknowledged]).toEqual([['b 9'], ['1 500', '2 500', '9 200']])
    failing.clear()
    await take(messageOf('2'))
    await take(messageOf('1'), messageOf('2'))
    expect(handled).toEqual(['b 9', 'a 1', 'a 2'])
  })

  test('holds nothing that was handled before', async () => {
    await take(messageOf('0'))
    failing.add('1')
    await take(messageOf('1'), messageOf('0'))
    expect(acknowledged).toEqual(['0 200', '1 500', '0 200'])
  })

  test('holds them only until the message expires', async () => {
    failing.add('1')
    await take(messageOf('1', 'urn:x:a', 5))
    await clock.advance(4999)
    await take(messageOf('2'))
    expect(handled).toEqual([])
    await clock.advance(1)
    await take(messageOf('2'))
    expect(handled).toEqual(['a 2'])
  })
})

describe('a store that fails after the handler returned', () => {
  test('lets the message come again, which is not handled twice', async () => {
    isStoreBroken = true
    await take(messageOf('m'))
    isStoreBroken = false
    await take(messageOf('m'))
    expect([handled, acknowledged, seen.size]).toEqual([['a m'], ['m 500', 'm 200'], 1])
  })
})

test('an acknowledgement that cannot be sent does not hold up the next message', async () => {
  inbox = createInbox(
    ports({
      acknowledge: async () => {
        throw new TransportFailed('the link is not up')
      },
    }),
  )
  await take(messageOf('1'), messageOf('2'))
  expect(handled).toEqual(['a 1', 'a 2'])
})

test('257 messages at once are more than a server has under way: the last is not taken', async () => {
  let finish: (() => void) | undefined
  inbox = createInbox(
    ports({
      async handle({ messageId }) {
        handled.push(messageId)
        if (messageId !== '1') return
        await new Promise<void>((resolve) => {
          finish = resolve
        })
      },
    }),
  )
  const messages = Array.from({ length: 257 }, (_, index) => messageOf(`${index + 1}`))
  await take(...messages)
  finish?.()
  await clock.advance(0)
  await clock.advance(0)
  expect(handled.length).toBe(256)
  await take(messageOf('257'))
  expect(handled.length).toBe(257)
})

describe('idle', () => {
  test('at once where nothing came', async () => {
    await inbox.idle()
  })

  test('only when what came is handled, in the seen-list, and acknowledged', async () => {
    inbox.take(messageOf('m1'), utf8('x'))
    inbox.take(messageOf('m2'), utf8('x'))
    await inbox.idle()
    expect([handled.length, seen.size, acknowledged]).toEqual([2, 2, ['m1 200', 'm2 200']])
  })

  test('also when handling failed', async () => {
    failing.add('m1')
    inbox.take(messageOf('m1'), utf8('x'))
    await inbox.idle()
    expect(acknowledged).toEqual(['m1 500'])
  })
})
