import { beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  IMPI,
  keyOf,
  SERVER_ID,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import type { Message, MessageResult } from '../cpns/messages.ts'
import { utf8 } from '../octets/octets.ts'
import { createMailbox } from './mailbox.ts'
import { createMessageIntake, type MessageIntake } from './message-intake.ts'
import type { ServerContext } from './options.ts'
import type { Session } from './server-store.ts'

const SERVICE = 'urn:cpns:service:known'

let world: CpnsWorld
let intake: MessageIntake
let published: string[]

beforeEach(async () => {
  world = createCpnsWorld()
  published = []
  const bus = { publish: (to: string) => void published.push(to), subscribe: () => () => {} }
  const context = {
    options: { entityId: SERVER_ID, mailbox: { messages: 2, octets: 70_000 } },
    ports: { store: world.store, clock: world.clock, bus },
  } as unknown as ServerContext
  intake = createMessageIntake({
    ...context,
    mailbox: createMailbox(context),
    acknowledged: { has: () => false, isTaking: true },
    // Nobody is here: everything is stored.
    delivery: { hasService: (address) => address === SERVICE, directLane: () => undefined },
  })
  const owner = { kind: 'impi', id: IMPI } as const
  await world.store.bindEntity({ entityId: GATEWAY_ID, owner, boundAtMs: 0 })
})

const session: Session = {
  sessionId: 'a'.repeat(32),
  entityId: WATCH_ID,
  role: 'pne',
  via: GATEWAY_ID,
  euKeyId: btidOf(1),
  sessionKey: keyOf(1),
  createdAtMs: 0,
  expiresAtMs: 1,
}

const MESSAGE: Message = {
  name: 'Message',
  transactionId: 't-7',
  entityId: WATCH_ID,
  messageId: 'm-1',
  from: WATCH_ID,
  to: GATEWAY_ID,
  contentType: 'text/plain',
  expires: 60,
}

/** All of them are answered by the time that the intake can take more. */
const takeAll = async (messages: readonly Message[], of = session, payload = utf8('payload')) => {
  const results: MessageResult[] = []
  const failures: unknown[] = []
  await intake.take(
    of,
    messages.map((message) => ({ message, payload })),
    { answered: (result) => results.push(result), failed: (error) => failures.push(error) },
  )
  expect(failures).toEqual([])
  return results
}

const take = async (change: Partial<Message> = {}) =>
  (await takeAll([{ ...MESSAGE, ...change }]))[0]

const waiting = (to: string) =>
  world.store.waitingMessages({ to, afterPosition: 0, limit: 10, nowMs: world.clock.nowMs() })

describe('a message of a peer', () => {
  test('is in the mailbox before it is answered, and its recipient is woken', async () => {
    expect(await take()).toEqual({
      name: 'MessageResult',
      transactionId: 't-7',
      entityId: SERVER_ID,
      messageId: 'm-1',
      from: WATCH_ID,
      status: 202,
    })
    expect(await waiting(GATEWAY_ID)).toMatchObject([
      { messageId: 'm-1', from: WATCH_ID, expiresAtMs: world.clock.nowMs() + 60_000 },
    ])
    expect(published).toEqual([GATEWAY_ID])
  })

  test('that comes again is answered alike, and wakes nobody', async () => {
    await take()
    expect(await take()).toMatchObject({ status: 202 })
    expect([await waiting(GATEWAY_ID), published]).toMatchObject([[{}], [GATEWAY_ID]])
  })

  test('that comes again after it was handled is a duplicate until it expires', async () => {
    await take()
    await world.store.acknowledgeMessage({ to: GATEWAY_ID, from: WATCH_ID, messageId: 'm-1' })
    await world.clock.advance(59_999)
    await take()
    expect(await waiting(GATEWAY_ID)).toEqual([])
    await world.clock.advance(1)
    await take()
    expect(await waiting(GATEWAY_ID)).toHaveLength(1)
  })

  test.each([
    ['with a foreign From', 403, { from: GATEWAY_ID }],
    ['with a foreign EntityID', 403, { entityId: GATEWAY_ID }],
    ['to an entity that nobody knows', 404, { to: WATCH_ID }],
    ['to a service that nobody registered', 404, { to: 'urn:cpns:service:unknown' }],
    ['to a service', 202, { to: SERVICE }],
  ] as const)('%s is %i', async (_, status, change) => {
    expect(await take(change)).toMatchObject({ status, messageId: 'm-1' })
  })
})

describe('a full mailbox', () => {
  const takeIds = async (...messageIds: string[]) => {
    const results = await takeAll(messageIds.map((messageId) => ({ ...MESSAGE, messageId })))
    return messageIds.map((messageId) => {
      const result = results.find((one) => one.messageId === messageId)
      return result?.retryAfter ?? result?.status
    })
  }
  const acknowledge = (messageId: string) =>
    world.store.acknowledgeMessage({ to: GATEWAY_ID, from: WATCH_ID, messageId })

  test('is 503 with RetryAfter, and nothing of the message is stored', async () => {
    expect(await takeIds('1', '2', '3')).toEqual([202, 202, 2])
    expect(await take({ messageId: '3' })).toMatchObject({ status: 503, retryAfter: 2 })
    expect(await waiting(GATEWAY_ID)).toMatchObject([{ messageId: '1' }, { messageId: '2' }])
    expect(await take({ messageId: '4', to: SERVICE })).toMatchObject({ status: 202 })
  })

  test('is full by its octets too', async () => {
    const payload = new Uint8Array(40_000)
    const statuses: (number | undefined)[] = []
    for (const messageId of ['1', '2']) {
      const [result] = await takeAll([{ ...MESSAGE, messageId }], session, payload)
      statuses.push(result?.status)
    }
    expect(statuses).toEqual([202, 503])
    expect(await waiting(GATEWAY_ID)).toMatchObject([{ messageId: '1' }])
  })

  test('what was under way when there was room again waits for the message before it', async () => {
    await takeIds('1', '2', '3')
    await acknowledge('1')
    expect(await takeIds('4', '5')).toEqual([2, 2])
    expect(await takeIds('3', '4')).toEqual([202, 2])
    await acknowledge('2')
    await acknowledge('3')
    expect(await takeIds('5')).toEqual([2])
    expect(await takeIds('4', '5')).toEqual([202, 202])
  })

  test('a new attachment starts anew', async () => {
    await takeIds('1', '2', '3')
    await acknowledge('1')
    const results = await takeAll([{ ...MESSAGE, messageId: '4' }], { ...session })
    expect(results).toMatchObject([{ status: 202 }])
  })

  test('is 503 for an application too', async () => {
    await takeIds('1', '2')
    const { messageId, to, contentType, expires } = { ...MESSAGE, messageId: 'x' }
    const submission = { messageId, from: SERVICE, to, contentType, expires, payload: utf8('') }
    expect(await intake.submit(submission)).toBe(503)
  })
})

describe('a message of an application', () => {
  const submission = {
    messageId: 'm-1',
    from: SERVICE,
    to: GATEWAY_ID as string,
    contentType: 'text/plain',
    payload: utf8('x'),
    expires: 60,
  }

  test.each([
    [202, {}],
    [202, { expires: 604_800, payload: new Uint8Array(65_536) }],
    [404, { to: WATCH_ID }],
    [413, { payload: new Uint8Array(65_537) }],
    [400, { messageId: '' }],
    [400, { messageId: 'x'.repeat(65) }],
    [400, { contentType: 'nonsense' }],
    [400, { expires: 0 }],
    [400, { expires: 1.5 }],
    [400, { expires: Number.NaN }],
    [400, { expires: 604_801 }],
    [400, { from: 'no URI' }],
    [400, { to: 'no URI' }],
  ])('is %i with %o', async (status, change) => {
    expect(await intake.submit({ ...submission, ...change })).toBe(status)
    expect(await waiting(GATEWAY_ID)).toHaveLength(status === 202 ? 1 : 0)
  })
})
