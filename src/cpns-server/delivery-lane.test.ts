import { beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { StoreFailed } from '../errors/errors.ts'
import { noLog } from '../ports/log.ts'
import { DeliveryLane, type Handover } from './delivery-lane.ts'
import type { MailboxMessage } from './server-store.ts'

let clock: VirtualClock
let rows: MailboxMessage[]
let sent: string[]
let handover: (message: MailboxMessage) => Promise<Handover>
let reads: number
let isStoreBroken: boolean
/** Until it resolves no acknowledgement is durable. */
let commit: Promise<void>
let lane: DeliveryLane
/** Whether acknowledgements became durable, as handlers were told. */
let told: boolean[]

beforeEach(() => {
  clock = createVirtualClock(1_000_000)
  rows = []
  sent = []
  told = []
  reads = 0
  isStoreBroken = false
  commit = Promise.resolve()
  handover = async () => 'sent'
  lane = laneWith(2)
})

function laneWith(window: number, readAhead = 0): DeliveryLane {
  return new DeliveryLane({
    to: 'urn:x:me',
    window,
    readAhead,
    clock,
    log: noLog,
    async transmit(message) {
      sent.push(message.messageId)
      return await handover(message)
    },
    store: {
      async waitingMessages({ afterPosition, limit, nowMs }) {
        reads += 1
        if (isStoreBroken) throw new StoreFailed('disk full')
        return rows
          .filter(({ position, expiresAtMs }) => position > afterPosition && expiresAtMs > nowMs)
          .slice(0, limit)
      },
      async acknowledgeMessage({ messageId, from }) {
        await commit
        if (isStoreBroken) throw new StoreFailed('disk full')
        const before = rows.length
        rows = rows.filter((row) => row.messageId !== messageId || row.from !== from)
        return rows.length < before
      },
    },
  })
}

/** Puts `a1 a2 b1 …` into the mailbox: sender and number. */
function put(...names: string[]): void {
  for (const messageId of names) {
    rows.push({
      position: rows.length + 100 * (sent.length + 1),
      messageId,
      from: `urn:x:${messageId[0]}`,
      to: 'urn:x:me',
      contentType: 'text/plain',
      payload: new Uint8Array(0),
      expiresAtMs: clock.nowMs() + 600_000,
    })
  }
}

const wake = async (): Promise<void> => {
  lane.wake()
  await clock.advance(0)
}

const acknowledge = async (messageId: string, status = 200): Promise<void> => {
  await lane.acknowledged({ from: `urn:x:${messageId[0]}`, messageId }, status)
  await clock.advance(0)
}

describe('delivery', () => {
  test('begins when it is woken, in the order of acceptance, as far as the window goes', async () => {
    put('a1', 'b1', 'a2')
    await clock.advance(60_000)
    expect(sent).toEqual([])
    await wake()
    expect(sent).toEqual(['a1', 'b1'])
  })

  test('goes on with each acknowledgement, and the row goes', async () => {
    put('a1', 'a2', 'a3', 'a4')
    await wake()
    await acknowledge('a2')
    expect(sent).toEqual(['a1', 'a2', 'a3'])
    await acknowledge('a1')
    expect(sent).toEqual(['a1', 'a2', 'a3', 'a4'])
    expect(rows.map(({ messageId }) => messageId)).toEqual(['a3', 'a4'])
  })

  test('sends nothing twice while the acknowledgement is awaited, however often it is woken', async () => {
    put('a1')
    for (let n = 0; n < 5; n++) await wake()
    await clock.advance(60_000)
    expect(sent).toEqual(['a1'])
  })

  test('asks nothing while it is idle', async () => {
    await wake()
    put('a1')
    await wake()
    await acknowledge('a1')
    const before = reads
    expect(clock.pendingTimers()).toBe(1)
    await clock.advance(3_600_000)
    expect([reads, clock.pendingTimers()]).toEqual([before, 0])
  })

  test('hears a hint that comes while it is at work', async () => {
    put('a1')
    handover = async () => {
      if (sent.length === 1) put('a2')
      lane.wake()
      return 'sent'
    }
    await wake()
    expect(sent).toEqual(['a1', 'a2'])
  })

  test('acknowledges at once what was handled at once', async () => {
    lane = laneWith(1)
    handover = async () => ({ acknowledged: (isDurable) => told.push(isDurable) })
    put('a1', 'a2', 'a3')
    await wake()
    expect([sent, rows]).toEqual([['a1', 'a2', 'a3'], []])
    expect(told).toEqual([true, true, true])
  })

  test('does not wait for the commit of an acknowledgement, but for the sixteenth', async () => {
    lane = laneWith(1)
    handover = async () => ({ acknowledged: (isDurable) => told.push(isDurable) })
    let finish: (() => void) | undefined
    commit = new Promise((resolve) => {
      finish = resolve
    })
    put(...Array.from({ length: 40 }, (_, n) => `a${n}`))
    await wake()
    expect([sent.length, told]).toEqual([16, []])
    finish?.()
    await clock.advance(0)
    expect([sent.length, told.length, rows]).toEqual([40, 40, []])
  })

  test('says so if the acknowledgement could not be stored, and hands it over again', async () => {
    put('a1')
    handover = async () => {
      isStoreBroken = sent.length === 1
      return { acknowledged: (isDurable) => told.push(isDurable) }
    }
    await wake()
    isStoreBroken = false
    await clock.advance(10_000)
    expect([sent, told, rows]).toEqual([['a1', 'a1'], [false, true], []])
  })

  test('reads many at once for who gets one after the other', async () => {
    lane = laneWith(1, 16)
    handover = async () => ({ acknowledged: () => {} })
    put(...Array.from({ length: 12 }, (_, n) => `a${n}`))
    await wake()
    expect([sent.length, rows, reads]).toEqual([12, [], 2])
  })

  test('what was read ahead waits for its place in the window', async () => {
    lane = laneWith(1, 16)
    put('a1', 'a2', 'a3')
    await wake()
    expect(sent).toEqual(['a1'])
    await acknowledge('a1')
    await acknowledge('a2')
    expect(sent).toEqual(['a1', 'a2', 'a3'])
  })

  test('what expires after it was read is not delivered', async () => {
    lane = laneWith(1, 16)
    handover = async () => {
      if (sent.length === 1) await clock.advance(600_000)
      return { acknowledged: () => {} }
    }
    put('a1', 'a2')
    await wake()
    expect(sent).toEqual(['a1'])
  })

  test('an expired message holds no place in the window', async () => {
    put('a1', 'a2')
    await wake()
    await clock.advance(600_000)
    put('a3')
    await wake()
    expect(sent).toEqual(['a1', 'a2', 'a3'])
  })
})

test('what expires without an answer makes room, without a hint, within five seconds', async () => {
  put('a1', 'a2')
  await wake()
  await clock.advance(300_000)
  put('a3')
  await wake()
  await clock.advance(299_000)
  expect(sent).toEqual(['a1', 'a2'])
  await clock.advance(6_000)
  expect(sent).toEqual(['a1', 'a2', 'a3'])
})

describe('a message that was refused', () => {
  test('comes again after two seconds, and the later ones of its sender after it', async () => {
    lane = laneWith(10)
    put('a1', 'a2')
    await wake()
    await acknowledge('a1', 500)
    await acknowledge('a2', 500)
    put('a3')
    await wake()
    await clock.advance(1999)
    expect(sent).toEqual(['a1', 'a2'])
    await clock.advance(1)
    expect(sent).toEqual(['a1', 'a2', 'a1', 'a2', 'a3'])
  })

  test('comes before the later ones of its sender, also if its time comes while others are handed over', async () => {
    lane = laneWith(1, 16)
    let finish: (() => void) | undefined
    const slow = new Promise<void>((resolve) => {
      finish = resolve
    })
    handover = async ({ messageId }) => {
      if (messageId === 'a1' && sent.length === 1) return 'refused'
      if (messageId === 'b1') await slow
      return { acknowledged: () => {} }
    }
    put('a1', 'b1', 'a2')
    await wake()
    await clock.advance(3_000)
    finish?.()
    await clock.advance(0)
    expect(sent).toEqual(['a1', 'b1', 'a1', 'a2'])
  })

  test('does not hold other senders, and those in work are not sent again', async () => {
    put('a1', 'b1', 'a2', 'b2')
    await wake()
    await acknowledge('a1', 500)
    expect(sent).toEqual(['a1', 'b1', 'b2'])
    await acknowledge('b1')
    await clock.advance(2000)
    expect(sent).toEqual(['a1', 'b1', 'b2', 'a1'])
  })

  test('comes less and less often, until one is handled', async () => {
    put('a1')
    handover = async () => 'refused'
    await wake()
    const times = [2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000)
    for (const [index, timeMs] of times.entries()) {
      await clock.advance(timeMs - 1)
      expect(sent).toHaveLength(index + 1)
      await clock.advance(1)
      expect(sent).toHaveLength(index + 2)
    }
    handover = async () => ({ acknowledged: (isDurable) => told.push(isDurable) })
    await clock.advance(60_000)
    put('a2')
    handover = async () => 'refused'
    await wake()
    await clock.advance(2000)
    expect(sent.filter((name) => name === 'a2')).toHaveLength(2)
  })

  test('by an answer that nobody waits for says nothing', async () => {
    put('a1')
    await wake()
    await acknowledge('x9', 500)
    await clock.advance(60_000)
    expect(sent).toEqual(['a1'])
  })

  test('and handled after all is over', async () => {
    put('a1')
    await wake()
    await acknowledge('a1', 500)
    await acknowledge('a1', 200)
    await clock.advance(60_000)
    expect([sent, rows]).toEqual([['a1'], []])
  })
})

describe('when there is no way', () => {
  test('all rests for two seconds, whatever wakes it, then it begins again in order', async () => {
    handover = async () => {
      throw new Error('the attachment is not open')
    }
    put('a1', 'a2')
    await wake()
    for (let n = 0; n < 5; n++) await wake()
    expect(sent).toEqual(['a1'])
    handover = async () => 'sent'
    await clock.advance(2000)
    expect(sent).toEqual(['a1', 'a1', 'a2'])
  })

  test('a store that fails is asked again', async () => {
    isStoreBroken = true
    put('a1')
    await wake()
    await clock.advance(1999)
    expect(reads).toBe(1)
    isStoreBroken = false
    await clock.advance(1)
    expect(sent).toEqual(['a1'])
  })

  test('an acknowledgement that cannot be stored is an error of its carrier', async () => {
    put('a1')
    await wake()
    isStoreBroken = true
    await expect(acknowledge('a1')).rejects.toThrow(StoreFailed)
  })
})

describe('stopped', () => {
  test('nothing is sent any more, and no timer is left', async () => {
    put('a1', 'a2', 'a3')
    await wake()
    lane.stop()
    await acknowledge('a1')
    await wake()
    await clock.advance(60_000)
    expect([sent, clock.pendingTimers()]).toEqual([['a1', 'a2'], 0])
  })

  test('in the middle of its work, too', async () => {
    handover = async () => {
      lane.stop()
      throw new Error('gone')
    }
    put('a1', 'a2')
    await wake()
    await clock.advance(60_000)
    expect([sent, clock.pendingTimers()]).toEqual([['a1'], 0])
  })
})
