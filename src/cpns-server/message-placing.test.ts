import { beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { StoreFailed } from '../errors/errors.ts'
import { DirectLane } from './direct-lane.ts'
import { type Incoming, Placing } from './message-placing.ts'
import { SenderOrder } from './sender-order.ts'

const HERE = 'urn:cpns:service:here'
const KNOWN = 'urn:x:away'

let clock: VirtualClock
let placing: Placing
let lane: DirectLane
/** Stored at once, in order. */
let stored: string[][]
let handed: string[]
let answers: string[]
/** What the store and the memory of the server know. */
let known: Set<string>
let acknowledged: Set<string>
let isMemoryTaking: boolean
let isClear: boolean
let isTaking: boolean
let isStoreBroken: boolean
let order: SenderOrder

beforeEach(() => {
  clock = createVirtualClock(1_000_000)
  ;[stored, handed, answers] = [[], [], []]
  known = new Set()
  acknowledged = new Set()
  ;[isMemoryTaking, isClear, isTaking, isStoreBroken] = [true, true, false, false]
  order = new SenderOrder(clock)
  lane = createLane()
  placing = new Placing({
    clock,
    store: {
      findEntity: async (entityId) => (entityId === KNOWN ? ({} as never) : undefined),
      knownMessages: async (messages) => messages.map(({ messageId }) => known.has(messageId)),
    },
    mailbox: {
      isTaking: () => isTaking,
      async accept(messages) {
        if (isStoreBroken) throw new StoreFailed('disk full')
        stored.push(messages.map(({ messageId }) => messageId))
        return messages.map(({ messageId }) => (messageId.startsWith('full') ? 503 : 202))
      },
    },
    acknowledged: {
      has: ({ messageId }) => acknowledged.has(messageId),
      get isTaking() {
        return isMemoryTaking
      },
    },
    delivery: {
      hasService: (address) => address === HERE,
      directLane: (to) => (to === HERE ? lane : undefined),
    },
  })
})

/** Of a recipient that acknowledges when the test says so. */
function createLane(): DirectLane {
  return new DirectLane({
    window: 1000,
    clock,
    transmit: async ({ messageId }) => {
      handed.push(messageId)
      return 'sent'
    },
    stored: {
      get isClear() {
        return isClear
      },
      adopt: () => {},
      conclude: () => {},
      lose: () => {},
      wake: () => {},
    },
    acknowledged: ({ message }) => void acknowledged.add(message.messageId),
    store: (messages) => {
      for (const { answer } of messages) answer(202)
    },
  })
}

const messageOf = (messageId: string, to = HERE): Incoming => ({
  message: {
    position: 0,
    messageId,
    from: 'urn:x:a',
    to,
    contentType: 'text/plain',
    payload: new Uint8Array(1),
    expiresAtMs: clock.nowMs() + 600_000,
  },
  expires: 600,
  order,
  answer(status) {
    answers.push(`${messageId} ${status}`)
    if (status === 503) order.refused({ to, messageId, expires: 600 })
  },
  fail: () => void answers.push(`${messageId} failed`),
})

const place = async (...messages: Incoming[]): Promise<void> => {
  await placing.place(messages, { directly: true })
  await clock.advance(0)
}

const acknowledge = (messageId: string): boolean =>
  lane.acknowledged({ from: 'urn:x:a', messageId }, 200)

describe('to who is here and for whom nothing waits', () => {
  test('it goes directly, and is 200 when it is acknowledged', async () => {
    await place(messageOf('m1'), messageOf('m2'))
    expect([handed, answers]).toEqual([['m1', 'm2'], []])
    acknowledge('m1')
    acknowledge('m2')
    expect([stored, answers]).toEqual([[], ['m1 200', 'm2 200']])
  })

  test('the same once more is not handed over, and is answered as the first is', async () => {
    await place(messageOf('m1'))
    await place(messageOf('m1'))
    expect([handed, answers]).toEqual([['m1'], []])
    acknowledge('m1')
    await place(messageOf('m1'))
    expect([handed, answers]).toEqual([['m1'], ['m1 200', 'm1 200', 'm1 200']])
  })

  test('what the store knows is 202', async () => {
    known.add('m1')
    await place(messageOf('m1'), messageOf('m2'))
    expect([handed, stored, answers]).toEqual([['m2'], [], ['m1 202']])
  })

  test('an application of its own accord is always stored', async () => {
    await placing.place([messageOf('m1')], { directly: false })
    expect([handed, stored]).toEqual([[], [['m1']]])
  })

  test('a full lane makes the sender wait', async () => {
    for (let n = 0; n < 256; n++) await place(messageOf(`m${n}`))
    const waiting = place(messageOf('next'))
    await clock.advance(0)
    expect(handed).not.toContain('next')
    acknowledge('m0')
    await waiting
    expect(handed).toContain('next')
  })

  test('what came over another connection while it waited is not handed over', async () => {
    for (let n = 0; n < 256; n++) await place(messageOf(`m${n}`))
    const waiting = place(messageOf('next'))
    await clock.advance(0)
    known.add('next')
    acknowledge('m0')
    await waiting
    expect([handed.includes('next'), answers]).toEqual([false, ['m0 200', 'next 202']])
  })
})

describe('into the mailbox', () => {
  test('to who is away; 404 to who is not known', async () => {
    await place(messageOf('m1', KNOWN), messageOf('m2', 'urn:x:nobody'), messageOf('m3', KNOWN))
    expect([stored, answers]).toEqual([[['m1', 'm3']], ['m2 404', 'm1 202', 'm3 202']])
  })

  test('behind what waits there, or is on its way there', async () => {
    isClear = false
    await place(messageOf('m1'))
    ;[isClear, isTaking] = [true, true]
    await place(messageOf('m2'))
    expect([handed, stored]).toEqual([[], [['m1'], ['m2']]])
  })

  test('what is in hand comes before it', async () => {
    await place(messageOf('m1'), messageOf('m2'))
    isTaking = true
    await place(messageOf('m3'))
    expect([stored, answers]).toEqual([[['m1', 'm2', 'm3']], ['m1 202', 'm2 202', 'm3 202']])
  })

  test('while the memory of acknowledged messages cannot take more', async () => {
    isMemoryTaking = false
    await place(messageOf('m1'))
    expect([handed, stored]).toEqual([[], [['m1']]])
  })

  test('behind one that had no room all wait until it comes again', async () => {
    isClear = false
    await place(messageOf('full'))
    isClear = true
    await place(messageOf('m2'))
    expect([handed, answers]).toEqual([[], ['full 503', 'm2 503']])
    await place(messageOf('full'), messageOf('m2'))
    expect(handed).toEqual(['full', 'm2'])
  })

  test('a store that fails: none of it is answered, and nothing is in hand any more', async () => {
    await place(messageOf('m1'))
    ;[isTaking, isStoreBroken] = [true, true]
    await expect(place(messageOf('m2'))).rejects.toThrow(StoreFailed)
    expect(answers).toEqual(['m1 failed'])
    ;[isTaking, isStoreBroken] = [false, false]
    await place(messageOf('m1'))
    expect(handed).toEqual(['m1', 'm1'])
  })
})

test('a payload over 64 KiB is 413', async () => {
  const { message, ...rest } = messageOf('m1')
  await place({ ...rest, message: { ...message, payload: new Uint8Array(65_537) } })
  expect(answers).toEqual(['m1 413'])
})
