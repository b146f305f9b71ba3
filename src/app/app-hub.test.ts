import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { Secret } from '../crypto/secret.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { noLog } from '../ports/log.ts'
import { type AppHub, createAppHub, type WebhookPost } from './app-hub.ts'
import type { AppMessage } from './app-message.ts'
import type { Webhook } from './app-store.ts'
import type { Settled } from './service-desk.ts'
import { verifyWebhook } from './webhook-signature.ts'

const secret = Secret.of(new Uint8Array(32).fill(3))

let clock: VirtualClock
let hub: AppHub
let handlers: Map<string, (message: AppMessage) => Promise<Settled | undefined>>
let services: string[]
let webhook: Webhook | undefined
let posted: WebhookPost[]
let answer: number | Error

beforeEach(async () => {
  clock = createVirtualClock()
  handlers = new Map()
  services = ['echo']
  webhook = undefined
  posted = []
  answer = 204
  hub = createAppHub({
    store: { listServices: async () => services, findWebhook: async () => webhook },
    exchange: {
      registerService(name, handler) {
        handlers.set(name, handler)
        return () => void handlers.delete(name)
      },
    },
    async post(request) {
      posted.push(request)
      if (answer instanceof Error) throw answer
      return answer
    },
    clock,
    log: noLog,
  })
  await hub.start()
})
afterEach(() => hub.stop())

const messageOf = (messageId: string, seconds = 60): AppMessage => ({
  messageId,
  from: 'urn:x:a',
  to: 'urn:cpns:service:echo',
  contentType: 'text/plain',
  payload: utf8('hello'),
  expiresAtMs: clock.nowMs() + seconds * 1000,
})

/** What became of a message handed over by the server, as it becomes known. */
function hand(message: AppMessage): { outcome: string } {
  const state = { outcome: 'waits' }
  handlers
    .get('echo')?.(message)
    .then(
      (settled) => {
        state.outcome = 'acknowledged'
        settled?.(true)
      },
      (error: Error) => {
        state.outcome = error.message
      },
    )
  return state
}

function listener() {
  const events: string[] = []
  return {
    events,
    message: ({ messageId }: AppMessage) => void events.push(messageId),
    end: (reason: string) => void events.push(`end: ${reason}`),
  }
}

describe('a listener', () => {
  test('gets a message, and it is acknowledged when it says so', async () => {
    const one = listener()
    hub.listen('echo', one)
    const handed = hand(messageOf('m1'))
    await clock.advance(1)
    expect([one.events, handed.outcome]).toEqual([['m1'], 'waits'])
    expect(await hub.acknowledge('echo', { from: 'urn:x:b', messageId: 'm1' })).toBe('not-waiting')
    expect(await hub.acknowledge('echo', { from: 'urn:x:a', messageId: 'm2' })).toBe('not-waiting')
    expect(await hub.acknowledge('other', { from: 'urn:x:a', messageId: 'm1' })).toBe('not-waiting')
    expect(await hub.acknowledge('echo', { from: 'urn:x:a', messageId: 'm1' })).toBe('durable')
    await clock.advance(1)
    expect(handed.outcome).toBe('acknowledged')
    expect(await hub.acknowledge('echo', { from: 'urn:x:a', messageId: 'm1' })).toBe('not-waiting')
  })

  test('that comes later gets what waited for it, at once', async () => {
    const handed = hand(messageOf('m1'))
    await clock.advance(40_000)
    const one = listener()
    hub.listen('echo', one)
    expect([one.events, handed.outcome]).toEqual([['m1'], 'waits'])
  })

  test('that goes without a word leaves the message to the next one', async () => {
    const [one, two] = [listener(), listener()]
    const leave = hub.listen('echo', one)
    hand(messageOf('m1'))
    await clock.advance(1)
    leave()
    hub.listen('echo', two)
    expect([one.events, two.events]).toEqual([['m1'], ['m1']])
  })

  test('is told when another one takes its place, and its leaving changes nothing then', async () => {
    const [one, two] = [listener(), listener()]
    const leave = hub.listen('echo', one)
    hub.listen('echo', two)
    leave()
    hand(messageOf('m1'))
    await clock.advance(1)
    expect([one.events, two.events]).toEqual([['end: replaced'], ['m1']])
  })

  test('that says nothing for 30 s gets it again from the server', async () => {
    hub.listen('echo', listener())
    const handed = hand(messageOf('m1'))
    await clock.advance(29_999)
    expect(handed.outcome).toBe('waits')
    await clock.advance(1)
    expect(handed.outcome).toBe('not acknowledged')
  })
})

test('without a listener a message waits until it is worth nothing', async () => {
  const handed = hand(messageOf('m1', 50))
  await clock.advance(49_999)
  expect(handed.outcome).toBe('waits')
  await clock.advance(1)
  expect(handed.outcome).toBe('not acknowledged')
})

describe('a webhook', () => {
  beforeEach(() => {
    webhook = { service: 'echo', url: 'https://app.example/in', secret }
  })

  test('gets the message signed; 2xx acknowledges it', async () => {
    const handed = hand(messageOf('m1'))
    await clock.advance(1)
    const [request] = posted
    expect(handed.outcome).toBe('acknowledged')
    expect(request?.url).toBe('https://app.example/in')
    const body = request?.body ?? new Uint8Array()
    expect(JSON.parse(fromUtf8(body))).toMatchObject({ messageId: 'm1', text: 'hello' })
    const signature = request?.headers['cpns-signature'] ?? ''
    expect(verifyWebhook({ body, signature }, { secret, nowMs: clock.nowMs() })).toBe(true)
  })

  test.each([199, 301, 404, 500])('%i: it comes again', async (status) => {
    answer = status
    const handed = hand(messageOf('m1'))
    await clock.advance(1)
    expect(handed.outcome).toBe(`the webhook answered ${status}`)
  })

  test('nobody there: it comes again', async () => {
    answer = new Error('gone')
    const handed = hand(messageOf('m1'))
    await clock.advance(1)
    expect(handed.outcome).toBe('gone')
  })

  test('that is set while a message waits for a listener gets it the next time', async () => {
    webhook = undefined
    const handed = hand(messageOf('m1'))
    await clock.advance(1)
    hub.webhookChanged('echo')
    await clock.advance(1)
    expect(handed.outcome).toBe('another way now')
  })
})

describe('services', () => {
  test('of keys that others make and remove are known within 2 s', async () => {
    const one = listener()
    hub.listen('echo', one)
    const handed = hand(messageOf('m1'))
    services = ['clock']
    await clock.advance(2_000)
    expect([...handlers.keys()]).toEqual(['clock'])
    expect(one.events.at(-1)).toMatch(/^end: the service has no key/)
    expect(handed.outcome).toMatch(/no key/)
  })

  test('a stopped hub has none, and no timer', async () => {
    const one = listener()
    hub.listen('echo', one)
    const handed = hand(messageOf('m1'))
    await clock.advance(1)
    hub.stop()
    await clock.advance(10_000)
    expect([handlers.size, one.events.at(-1), handed.outcome]).toEqual([
      0,
      'end: the server stops',
      'the server stops',
    ])
    expect(clock.pendingTimers()).toBe(0)
  })
})
