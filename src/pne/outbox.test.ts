import { beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import type { Status } from '../cpns/status.ts'
import { AuthenticationFailed, TransportFailed } from '../errors/errors.ts'
import { Outbox, type OutgoingMessage } from './outbox.ts'

let clock: VirtualClock
let outbox: Outbox
/** MessageIDs in the order in which they left, with the seconds they had left. */
let left: string[]
let isUp: boolean
let transmit: (message: OutgoingMessage) => Promise<void>

beforeEach(() => {
  clock = createVirtualClock()
  left = []
  isUp = true
  transmit = async () => {
    if (!isUp) throw new TransportFailed('the link is not up')
  }
  outbox = new Outbox(async (message, seconds) => {
    await transmit(message)
    left.push(`${message.messageId} ${seconds}`)
  }, clock)
})

const messageOf = (messageId: string, expires = 60): OutgoingMessage => ({
  messageId,
  to: 'urn:x:y',
  contentType: 'text/plain',
  payload: new Uint8Array(0),
  expires,
})

/** Sends and keeps what came of it. */
function sending(messageId: string, expires?: number): { status: Status | Error | undefined } {
  const sent: { status: Status | Error | undefined } = { status: undefined }
  outbox.send(messageOf(messageId, expires)).then(
    (status) => {
      sent.status = status
    },
    (error: Error) => {
      sent.status = error
    },
  )
  return sent
}

const answer = (messageId: string, status: Status): void => outbox.answered({ messageId, status })

describe('a message', () => {
  test.each([200, 202, 400, 403, 404, 410, 413] as const)('ends with %i', async (status) => {
    const sent = sending('m')
    await clock.advance(0)
    answer('m', status)
    await clock.advance(100_000)
    expect(sent.status).toBe(status)
    expect(left).toEqual(['m 60'])
    expect(clock.pendingTimers()).toBe(0)
  })

  test('goes again every ten seconds until it is answered', async () => {
    const sent = sending('m')
    await clock.advance(25_000)
    expect(left).toEqual(['m 60', 'm 50', 'm 40'])
    answer('m', 202)
    await clock.advance(0)
    expect(sent.status).toBe(202)
  })

  test('is 408 when it expires unanswered, up or not', async () => {
    const up = sending('m', 15)
    isUp = false
    const down = sending('n', 15)
    await clock.advance(14_999)
    expect([up.status, down.status]).toEqual([undefined, undefined])
    await clock.advance(1)
    expect([up.status, down.status]).toEqual([408, 408])
    expect(clock.pendingTimers()).toBe(0)
  })

  test('that expires at once is not sent at all', async () => {
    const sent = sending('m', 0)
    await clock.advance(0)
    expect([sent.status, left]).toEqual([408, []])
  })

  test('under way twice is our own mistake', async () => {
    sending('m')
    await expect(outbox.send(messageOf('m'))).rejects.toThrow(RangeError)
    answer('m', 202)
    sending('m')
    await clock.advance(0)
    expect(left).toEqual(['m 60', 'm 60'])
  })

  test('an answer to no message, and a second one, say nothing', async () => {
    const sent = sending('m')
    answer('x', 403)
    answer('m', 202)
    answer('m', 403)
    await clock.advance(0)
    expect(sent.status).toBe(202)
  })
})

describe('when the link comes up', () => {
  test('all that waits goes, in the order in which it was sent', async () => {
    isUp = false
    for (const messageId of ['a', 'b', 'c']) sending(messageId)
    await clock.advance(0)
    expect(left).toEqual([])
    isUp = true
    outbox.repeatAll()
    sending('d')
    await clock.advance(0)
    expect(left).toEqual(['a 60', 'b 60', 'c 60', 'd 60'])
  })

  test('what was answered does not go again', async () => {
    for (const messageId of ['a', 'b', 'c']) sending(messageId)
    await clock.advance(0)
    answer('b', 202)
    outbox.repeatAll()
    await clock.advance(0)
    expect(left.slice(3)).toEqual(['a 60', 'c 60'])
  })

  test('what is still coming back from the former link goes first, and nothing overtakes it', async () => {
    const good = transmit
    isUp = false
    sending('a')
    // The link comes up before the failure of its last attempt is known.
    isUp = true
    outbox.repeatAll()
    sending('b')
    await clock.advance(0)
    expect(left).toEqual(['a 60', 'b 60'])
    let fail: (() => void) | undefined
    transmit = () =>
      new Promise((_, reject) => {
        fail = () => reject(new TransportFailed('the connection has ended'))
      })
    sending('c')
    transmit = good
    outbox.repeatAll()
    sending('d')
    await clock.advance(0)
    expect(left).toEqual(['a 60', 'b 60'])
    fail?.()
    await clock.advance(0)
    expect(left.slice(2)).toEqual(['a 60', 'b 60', 'c 60', 'd 60'])
  })

  test('a message that a slow way has not taken yet does not pile up behind itself', async () => {
    let calls = 0
    transmit = () => {
      calls += 1
      return new Promise(() => {})
    }
    sending('a')
    for (let n = 0; n < 5; n++) outbox.repeatAll()
    await clock.advance(50_000)
    expect(calls).toBe(1)
  })
})

describe.each([429, 500, 503] as const)('%i', (status) => {
  test('goes back: the oldest goes alone, the others when it is taken, and nothing overtakes', async () => {
    const first = sending('a')
    await clock.advance(0)
    answer('a', status)
    sending('b')
    sending('c')
    await clock.advance(999)
    expect(left).toEqual(['a 60'])
    await clock.advance(1)
    expect(left).toEqual(['a 60', 'a 59'])
    answer('a', 202)
    await clock.advance(0)
    expect(first.status).toBe(202)
    expect(left).toEqual(['a 60', 'a 59', 'b 59', 'c 59'])
  })

  test('holds up messages to that recipient only', async () => {
    sending('a')
    await clock.advance(0)
    answer('a', status)
    void outbox.send({ ...messageOf('other'), to: 'urn:x:z' })
    await clock.advance(0)
    expect(left).toEqual(['a 60', 'other 60'])
  })
})

describe('503 with RetryAfter', () => {
  const busy = (messageId: string, retryAfter: number) =>
    outbox.answered({ messageId, status: 503, retryAfter })

  test('is waited for, each time, and one message a turn is sent', async () => {
    for (const messageId of ['a', 'b', 'c']) sending(messageId)
    await clock.advance(0)
    for (let turn = 0; turn < 3; turn++) {
      for (const messageId of turn === 0 ? ['a', 'b', 'c'] : ['a']) busy(messageId, 4)
      await clock.advance(3_999)
      expect(left).toHaveLength(3 + turn)
      await clock.advance(1)
    }
    expect(left.slice(3)).toEqual(['a 56', 'a 52', 'a 48'])
  })

  test('when the oldest expires meanwhile, the next one is the one that goes', async () => {
    const first = sending('a', 3)
    sending('b')
    await clock.advance(0)
    busy('a', 5)
    await clock.advance(5_000)
    expect([first.status, left]).toEqual([408, ['a 3', 'b 60', 'b 55']])
  })

  test('when it expires unanswered on its way, the others follow', async () => {
    const first = sending('a', 3)
    sending('b')
    await clock.advance(0)
    busy('a', 1)
    await clock.advance(3_000)
    expect([first.status, left]).toEqual([408, ['a 3', 'b 60', 'a 2', 'b 57']])
  })

  test('a new link is a new start', async () => {
    sending('a')
    await clock.advance(0)
    busy('a', 3_600)
    outbox.repeatAll()
    await clock.advance(0)
    expect(left).toEqual(['a 60', 'a 60'])
  })
})

describe('what cannot be sent', () => {
  test('is told to the sender, if it is the message', async () => {
    transmit = async () => {
      throw new RangeError('too long')
    }
    const sent = sending('m')
    await clock.advance(0)
    expect(sent.status).toEqual(new RangeError('too long'))
    expect(clock.pendingTimers()).toBe(0)
  })

  test('is told to the sender, if there will be no link', async () => {
    const error = new AuthenticationFailed('there is no EUKey')
    transmit = async () => {
      throw error
    }
    const sent = sending('m')
    await clock.advance(0)
    expect(sent.status).toBe(error)
  })

  test('all that waits ends when it is given up', async () => {
    const sent = ['a', 'b'].map((messageId) => sending(messageId))
    await clock.advance(0)
    answer('a', 503)
    const error = new TransportFailed('stopped')
    outbox.rejectAll(error)
    await clock.advance(0)
    expect(sent.map(({ status }) => status)).toEqual([error, error])
    expect(clock.pendingTimers()).toBe(0)
  })
})
