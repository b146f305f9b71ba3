import { beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { StoreFailed } from '../errors/errors.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import type { ServerContext } from './options.ts'
import type { Acceptance } from './server-store.ts'

let mailbox: Mailbox
let outcomes: Acceptance[]
let commit: Promise<void>
let woken: string[]
let published: string[]
let quotas: unknown[]

beforeEach(() => {
  outcomes = []
  woken = []
  published = []
  quotas = []
  commit = Promise.resolve()
  mailbox = createMailbox({
    options: { mailbox: { messages: 2, octets: 3 } },
    ports: {
      clock: createVirtualClock(),
      bus: { publish: (to: string) => void published.push(to) },
      store: {
        async acceptMessages(_: unknown, __: number, quota: unknown) {
          quotas.push(quota)
          await commit
          return outcomes
        },
      },
    },
  } as unknown as ServerContext)
  mailbox.observe((to) => void woken.push(`${to} ${mailbox.isTaking(to)}`))
})

const to = (address: string) => ({
  messageId: 'm',
  from: 'urn:x:a',
  to: address,
  contentType: 'text/plain',
  payload: new Uint8Array(1),
  expiresAtMs: 1,
})

describe('taking', () => {
  test('what is stored, or was before, is 202; what has no room 503', async () => {
    outcomes = ['accepted', 'duplicate', 'full']
    expect(await mailbox.accept([to('b'), to('b'), to('c')])).toEqual([202, 202, 503])
    expect(quotas).toEqual([{ messages: 2, octets: 3 }])
  })

  test('nothing costs nothing', async () => {
    expect([await mailbox.accept([]), quotas]).toEqual([[], []])
  })

  test('each recipient of something new is woken once, and before the way is free again', async () => {
    outcomes = ['accepted', 'accepted', 'duplicate', 'full']
    const done = mailbox.accept([to('b'), to('b'), to('c'), to('d')])
    expect(['b', 'c', 'd', 'e'].map((one) => mailbox.isTaking(one))).toEqual([
      true,
      true,
      true,
      false,
    ])
    await done
    expect([woken, published]).toEqual([['b true'], ['b']])
    expect(mailbox.isTaking('b')).toBe(false)
  })

  test('of two at once the way is free after the second', async () => {
    outcomes = ['accepted']
    let finish: (() => void) | undefined
    commit = new Promise((resolve) => {
      finish = resolve
    })
    const first = mailbox.accept([to('b')])
    commit = Promise.resolve()
    await mailbox.accept([to('b')])
    expect(mailbox.isTaking('b')).toBe(true)
    finish?.()
    await first
    expect(mailbox.isTaking('b')).toBe(false)
  })

  test('a store that fails leaves nothing behind', async () => {
    commit = Promise.reject(new StoreFailed('disk full'))
    await expect(mailbox.accept([to('b')])).rejects.toThrow(StoreFailed)
    expect([mailbox.isTaking('b'), woken]).toEqual([false, []])
  })
})
