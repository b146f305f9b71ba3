/** The mailbox of a `ServerStore`. Design 8 */
import { expect, test } from 'vitest'
import type { MailboxMessage, ServerStore } from '../../src/cpns-server/server-store.ts'
import { NOW } from './server-store.samples.ts'

const EXPIRES = NOW + 60_000

function message(n: number, changes: Partial<MailboxMessage> = {}) {
  return {
    messageId: `m-${n}`,
    from: 'urn:uuid:phone',
    to: 'urn:uuid:watch',
    contentType: 'text/plain',
    payload: Uint8Array.of(n),
    expiresAtMs: EXPIRES,
    ...changes,
  }
}

const waiting = (store: ServerStore, changes: { afterPosition?: number; limit?: number } = {}) =>
  store.waitingMessages({
    to: 'urn:uuid:watch',
    afterPosition: -1,
    limit: 100,
    nowMs: NOW,
    ...changes,
  })

/** @param open A fresh, empty store each time. */
export function serverStoreMailboxContract(open: () => Promise<ServerStore>): void {
  acceptanceContract(open)
  deliveryContract(open)
  quotaContract(open)
}

function acceptanceContract(open: () => Promise<ServerStore>): void {
  test('a message waits as it was accepted', async () => {
    const store = await open()
    expect(await store.acceptMessage(message(1), NOW)).toBe('accepted')
    const [found] = await waiting(store)
    expect(found).toEqual({ ...message(1), position: found?.position })
    const empty = message(2, { payload: new Uint8Array(0), to: 'urn:cpns:service:x' })
    await store.acceptMessage(empty, NOW)
    expect(await waiting(store)).toHaveLength(1)
  })

  test('the same message is accepted once, also after it was acknowledged', async () => {
    const store = await open()
    await store.acceptMessage(message(1), NOW)
    const changed = message(1, { payload: Uint8Array.of(99), to: 'urn:uuid:other' })
    expect(await store.acceptMessage(changed, NOW)).toBe('duplicate')
    expect(await store.acknowledgeMessage(message(1))).toBe(true)
    expect(await store.acceptMessage(message(1), EXPIRES - 1)).toBe('duplicate')
    expect(await waiting(store)).toEqual([])
    expect(await store.acceptMessage(message(1, { from: 'urn:uuid:car' }), NOW)).toBe('accepted')
  })

  test('accepted messages are known until they expire, also when they have gone', async () => {
    const store = await open()
    await store.acceptMessage(message(1), NOW)
    await store.acceptMessage(message(2), NOW)
    await store.acknowledgeMessage(message(2))
    const asked = [message(1), message(2), message(3), message(1, { from: 'urn:uuid:car' })]
    expect(await store.knownMessages(asked, NOW)).toEqual([true, true, false, false])
    expect(await store.knownMessages(asked, EXPIRES)).toEqual([false, false, false, false])
  })

  test('remembered messages are known, and are not accepted before they expire', async () => {
    const store = await open()
    await store.rememberMessages([message(1), message(2)])
    await store.rememberMessages([message(1), message(2, { expiresAtMs: EXPIRES + 5 })])
    expect(await store.knownMessages([message(2), message(1)], EXPIRES)).toEqual([true, false])
    expect(await store.acceptMessage(message(1), EXPIRES - 1)).toBe('duplicate')
    expect(await waiting(store)).toEqual([])
    expect(await store.acceptMessage(message(1), EXPIRES)).toBe('accepted')
    await store.removeExpired(EXPIRES + 5)
    expect(await store.knownMessages([message(2)], EXPIRES)).toEqual([false])
  })

  test('of many copies at once one is accepted', async () => {
    const store = await open()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => store.acceptMessage(message(1), NOW)),
    )
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1)
    expect(await waiting(store)).toHaveLength(1)
  })

  test('from its expiry on a MessageID is free again', async () => {
    const store = await open()
    await store.acceptMessage(message(1), NOW)
    const again = message(1, { expiresAtMs: EXPIRES + 60_000, payload: Uint8Array.of(42) })
    expect(await store.acceptMessage(again, EXPIRES)).toBe('accepted')
    expect((await waiting(store)).map(({ payload }) => payload[0])).toEqual([42])
    expect(await store.acceptMessage(again, EXPIRES + 1)).toBe('duplicate')
  })
}

function deliveryContract(open: () => Promise<ServerStore>): void {
  test('messages wait in order of acceptance and are read page by page', async () => {
    const store = await open()
    const numbers = [5, 3, 9, 1]
    for (const n of numbers) await store.acceptMessage(message(n), NOW)
    const all = await waiting(store)
    expect(all.map(({ payload }) => payload[0])).toEqual(numbers)
    const first = await waiting(store, { limit: 2 })
    expect(first).toEqual(all.slice(0, 2))
    const rest = await waiting(store, { afterPosition: first[1]?.position as number })
    expect(rest).toEqual(all.slice(2))
  })

  test('a position is never given twice', async () => {
    const store = await open()
    await store.acceptMessage(message(1), NOW)
    const [first] = await waiting(store)
    await store.acknowledgeMessage(message(1))
    await store.acceptMessage(message(2), NOW)
    const [second] = await waiting(store)
    expect(second?.position).toBeGreaterThan(first?.position as number)
  })

  test('an expired message does not wait', async () => {
    const store = await open()
    await store.acceptMessage(message(1), NOW)
    const query = { to: 'urn:uuid:watch', afterPosition: -1, limit: 9 }
    expect(await store.waitingMessages({ ...query, nowMs: EXPIRES - 1 })).toHaveLength(1)
    expect(await store.waitingMessages({ ...query, nowMs: EXPIRES })).toEqual([])
    expect(await store.waitingRecipients(EXPIRES - 1)).toEqual(['urn:uuid:watch'])
    expect(await store.waitingRecipients(EXPIRES)).toEqual([])
    expect(await store.removeExpired(EXPIRES - 1)).toBe(0)
    // The message, and the memory that it was accepted.
    expect(await store.removeExpired(EXPIRES)).toBe(2)
  })

  test('only its recipient acknowledges a message, once', async () => {
    const store = await open()
    await store.acceptMessage(message(1), NOW)
    expect(await store.acknowledgeMessage({ ...message(1), to: 'urn:uuid:eve' })).toBe(false)
    expect(await store.acknowledgeMessage({ ...message(1), from: 'urn:uuid:eve' })).toBe(false)
    expect(await waiting(store)).toHaveLength(1)
    expect(await store.acknowledgeMessage(message(1))).toBe(true)
    expect(await store.acknowledgeMessage(message(1))).toBe(false)
    expect(await waiting(store)).toEqual([])
  })

  test('each recipient with waiting messages is named once', async () => {
    const store = await open()
    for (const [n, to] of ['urn:b', 'urn:a', 'urn:b'].entries()) {
      await store.acceptMessage(message(n, { to }), NOW)
    }
    expect(await store.waitingRecipients(NOW)).toEqual(['urn:a', 'urn:b'])
  })

  test('the recipients of what came since are named, and never again', async () => {
    const store = await open()
    expect(await store.recipientsSince(0)).toEqual({ recipients: [], position: 0 })
    await store.acceptMessages([message(1, { to: 'urn:a' }), message(2, { to: 'urn:b' })], NOW)
    const first = await store.recipientsSince(0)
    expect([...first.recipients].sort()).toEqual(['urn:a', 'urn:b'])
    expect(await store.recipientsSince(first.position)).toEqual({ ...first, recipients: [] })
    for (const n of [1, 2]) {
      await store.acknowledgeMessage(message(n, { to: n === 1 ? 'urn:a' : 'urn:b' }))
    }
    expect(await store.recipientsSince(first.position)).toEqual({ ...first, recipients: [] })
    await store.acceptMessages([message(3, { to: 'urn:b' }), message(4, { to: 'urn:b' })], NOW)
    const second = await store.recipientsSince(first.position)
    expect(second.recipients).toEqual(['urn:b'])
    expect(second.position).toBeGreaterThan(first.position)
  })
}

function quotaContract(open: () => Promise<ServerStore>): void {
  const two = { messages: 2, octets: 1_000 }
  const all = (numbers: readonly number[], change: Partial<MailboxMessage> = {}) =>
    numbers.map((n) => message(n, change))

  test('a mailbox takes no more messages than it may, and again when one has gone', async () => {
    const store = await open()
    const outcomes = await store.acceptMessages(all([1, 2, 3]), NOW, two)
    expect(outcomes).toEqual(['accepted', 'accepted', 'full'])
    expect(await store.acceptMessage(message(3), NOW, two)).toBe('full')
    expect(await store.acceptMessage(message(4, { to: 'urn:other' }), NOW, two)).toBe('accepted')
    await store.acknowledgeMessage(message(1))
    expect(await store.acceptMessage(message(3), NOW, two)).toBe('accepted')
    expect((await waiting(store)).map(({ messageId }) => messageId)).toEqual(['m-2', 'm-3'])
  })

  test('a message that was accepted before is a duplicate, full or not', async () => {
    const store = await open()
    await store.acceptMessages(all([1, 2]), NOW, two)
    const again = await store.acceptMessages(all([2, 3, 1]), NOW, two)
    expect(again).toEqual(['duplicate', 'full', 'duplicate'])
  })

  test('a mailbox takes no more octets than it may', async () => {
    const store = await open()
    const quota = { messages: 100, octets: 10 }
    const big = { payload: new Uint8Array(6) }
    expect(await store.acceptMessage(message(1, big), NOW, quota)).toBe('accepted')
    expect(await store.acceptMessage(message(2, big), NOW, quota)).toBe('full')
    expect(await store.acceptMessage(message(3, { payload: new Uint8Array(4) }), NOW, quota)).toBe(
      'accepted',
    )
    await store.acknowledgeMessage(message(1, big))
    expect(await store.acceptMessage(message(2, big), NOW, quota)).toBe('accepted')
  })

  test('a smaller message does not overtake one for which there was no room', async () => {
    const store = await open()
    const messages = [message(1, { payload: new Uint8Array(11) }), message(2)]
    const outcomes = await store.acceptMessages(messages, NOW, { messages: 9, octets: 10 })
    expect(outcomes).toEqual(['full', 'full'])
    expect(await waiting(store)).toEqual([])
  })

  test('what has expired takes no room, swept or not', async () => {
    const store = await open()
    await store.acceptMessages(all([1, 2]), NOW, two)
    const later = { expiresAtMs: EXPIRES + 60_000 }
    expect(await store.acceptMessage(message(3, later), EXPIRES - 1, two)).toBe('full')
    expect(await store.acceptMessage(message(3, later), EXPIRES, two)).toBe('accepted')
    await store.removeExpired(EXPIRES)
    // An expired one whose MessageID comes again is counted once.
    expect(await store.acceptMessage(message(1, later), EXPIRES, two)).toBe('accepted')
    expect(await store.acceptMessage(message(4, later), EXPIRES, two)).toBe('full')
  })
}
