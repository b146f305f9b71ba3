import { beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import type { Handover } from './delivery-lane.ts'
import { DirectLane } from './direct-lane.ts'
import type { MailboxMessage } from './server-store.ts'

let clock: VirtualClock
let lane: DirectLane
/** What happened, in words. */
let events: string[]
let handover: (message: MailboxMessage) => Promise<Handover>
let isClear: boolean

beforeEach(() => {
  clock = createVirtualClock(1_000_000)
  events = []
  isClear = true
  handover = async () => 'sent'
  lane = laneWith(2)
})

function laneWith(window: number): DirectLane {
  return new DirectLane({
    window,
    clock,
    async transmit(message) {
      events.push(`sent ${message.messageId}`)
      return await handover(message)
    },
    stored: {
      get isClear() {
        return isClear
      },
      adopt: ({ messageId }) => void events.push(`adopted ${messageId}`),
      conclude: ({ messageId }, how) =>
        void events.push(`${how === 'refused' ? how : 'acknowledged later'} ${messageId}`),
      lose: ({ messageId }, error) => void events.push(`lost ${messageId} ${String(error)}`),
      wake: () => {},
    },
    acknowledged: ({ message }, settled) => {
      events.push(`acknowledged ${message.messageId}`)
      settled?.(true)
    },
    store: (messages) => {
      events.push(`store ${messages.map(({ message }) => message.messageId).join(' ')}`)
      for (const { answer } of messages) answer(202)
    },
  })
}

function put(messageId: string, octets = 1): void {
  lane.take({
    message: {
      position: 0,
      messageId,
      from: `urn:x:${messageId[0]}`,
      to: 'urn:x:me',
      contentType: 'text/plain',
      payload: new Uint8Array(octets),
      expiresAtMs: clock.nowMs() + 600_000,
    },
    answer: (status) => void events.push(`${messageId} ${status}`),
    fail: () => void events.push(`${messageId} failed`),
  })
}

const acknowledge = (messageId: string, status = 200): boolean =>
  lane.acknowledged({ from: `urn:x:${messageId[0]}`, messageId }, status)

/** What has happened since it was asked last. */
const since = (): string[] => events.splice(0)

describe('an acknowledgement', () => {
  test('ends with 200, and nothing is stored', async () => {
    put('a1')
    await clock.advance(0)
    expect(acknowledge('a1')).toBe(true)
    expect(acknowledge('a1')).toBe(false)
    await clock.advance(60_000)
    expect(since()).toEqual(['sent a1', 'acknowledged a1', 'a1 200'])
    expect(clock.pendingTimers()).toBe(0)
  })

  test('makes room in the window; the order is kept', async () => {
    for (const name of ['a1', 'a2', 'b1', 'a3']) put(name)
    await clock.advance(0)
    expect(since()).toEqual(['sent a1', 'sent a2'])
    acknowledge('a2')
    await clock.advance(0)
    expect(since()).toEqual(['acknowledged a2', 'a2 200', 'sent b1'])
  })

  test('by the handover itself, one after the other', async () => {
    lane = laneWith(1)
    const told: boolean[] = []
    handover = async () => ({ acknowledged: (isDurable) => told.push(isDurable) })
    for (const name of ['a1', 'a2']) put(name)
    await clock.advance(0)
    expect(since().filter((event) => !event.startsWith('acknowledged'))).toEqual([
      'sent a1',
      'a1 200',
      'sent a2',
      'a2 200',
    ])
    expect(told).toEqual([true, true])
  })

  test('of what was not handed over, or of another, says nothing', async () => {
    for (const name of ['a1', 'a2', 'a3']) put(name)
    await clock.advance(0)
    expect([acknowledge('a3'), acknowledge('x')]).toEqual([false, false])
  })
})

describe('what is stored after all', () => {
  test('half a second without an acknowledgement: all that is in hand, oldest first', async () => {
    put('a1')
    await clock.advance(300)
    for (const name of ['a2', 'b1']) put(name)
    await clock.advance(199)
    since()
    await clock.advance(1)
    expect(since()).toEqual([
      'adopted a1',
      'adopted a2',
      'store a1 a2 b1',
      'a1 202',
      'a2 202',
      'b1 202',
    ])
    expect(acknowledge('a1')).toBe(false)
  })

  test('the time counts from the oldest that is not acknowledged', async () => {
    put('a1')
    await clock.advance(300)
    put('a2')
    acknowledge('a1')
    since()
    await clock.advance(499)
    expect(since()).toEqual([])
    await clock.advance(1)
    expect(since()).toContain('a2 202')
  })

  test('a refusal: the recipient gets it again, and before the others', async () => {
    for (const name of ['a1', 'a2', 'a3']) put(name)
    await clock.advance(0)
    since()
    acknowledge('a1', 500)
    expect(since()).toEqual([
      ...['adopted a1', 'adopted a2', 'store a1 a2 a3', 'a1 202', 'a2 202', 'a3 202'],
      'refused a1',
    ])
  })

  test('a refusal by the handover itself', async () => {
    lane = laneWith(1)
    handover = async () => 'refused'
    for (const name of ['a1', 'a2']) put(name)
    await clock.advance(0)
    expect(since()).toEqual([
      ...['sent a1', 'adopted a1', 'store a1 a2', 'a1 202', 'a2 202', 'refused a1'],
    ])
  })

  test('no way to the recipient', async () => {
    handover = async () => {
      throw new Error('gone')
    }
    for (const name of ['a1', 'a2']) put(name)
    await clock.advance(0)
    expect(since()).toEqual([
      ...['sent a1', 'adopted a1', 'store a1 a2', 'a1 202', 'a2 202', 'lost a1 Error: gone'],
    ])
  })

  test('the recipient has gone', async () => {
    put('a1')
    await clock.advance(0)
    lane.stop()
    expect(since()).toEqual(['sent a1', 'adopted a1', 'store a1', 'a1 202'])
    expect([lane.isOpen, clock.pendingTimers()]).toEqual([false, 0])
  })

  test('something else is stored for it: that comes after what is in hand', async () => {
    for (const name of ['a1', 'a2', 'a3']) put(name)
    expect(lane.takeBack().map(({ message }) => message.messageId)).toEqual(['a1', 'a2', 'a3'])
    expect(lane.takeBack()).toEqual([])
  })

  test('a handover that ends later is told to who stores', async () => {
    lane = laneWith(1)
    let finish: (handover: Handover) => void = () => {}
    handover = () =>
      new Promise((resolve) => {
        finish = resolve
      })
    put('a1')
    await clock.advance(500)
    since()
    finish({ acknowledged: () => {} })
    await clock.advance(0)
    expect(since()).toEqual(['acknowledged later a1'])
    handover = async () => 'sent'
    put('a2')
    await clock.advance(0)
    expect(since()).toEqual(['sent a2'])
  })
})

describe('room', () => {
  test('nothing is taken while something is stored', () => {
    isClear = false
    expect(lane.isOpen).toBe(false)
  })

  test.each([
    ['256 messages', 256, 1],
    ['1 MiB', 16, 65_536],
  ])(
    '%s are the most; then senders wait, until some are acknowledged',
    async (_, count, octets) => {
      for (let n = 0; n < count; n++) {
        expect(lane.isFull).toBe(false)
        put(`a${n}`, octets)
      }
      expect(lane.isFull).toBe(true)
      let isLetIn = false
      void lane.whenRoom().then(() => {
        isLetIn = true
      })
      await clock.advance(0)
      expect(isLetIn).toBe(false)
      acknowledge('a0')
      await clock.advance(0)
      expect([isLetIn, lane.isFull]).toEqual([true, false])
      await lane.whenRoom()
    },
  )

  test('or all are stored', async () => {
    for (let n = 0; n < 256; n++) put(`a${n}`)
    const room = lane.whenRoom()
    await clock.advance(500)
    await room
    expect(lane.isFull).toBe(false)
  })
})
