import { beforeEach, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { StoreFailed } from '../errors/errors.ts'
import { noLog } from '../ports/log.ts'
import { AcknowledgedMessages } from './acknowledged-messages.ts'

let clock: VirtualClock
let acknowledged: AcknowledgedMessages
/** MessageIDs that were written together. */
let writes: string[][]
let isStoreBroken: boolean
let commit: Promise<void>

beforeEach(() => {
  clock = createVirtualClock(1_000_000)
  writes = []
  isStoreBroken = false
  commit = Promise.resolve()
  acknowledged = new AcknowledgedMessages({
    clock,
    log: noLog,
    store: {
      async rememberMessages(messages) {
        await commit
        if (isStoreBroken) throw new StoreFailed('disk full')
        writes.push(messages.map(({ messageId }) => messageId))
      },
    },
  })
})

const from = 'urn:x:a'
const add = (messageId: string, settled?: (isDurable: boolean) => void) =>
  acknowledged.add({ from, messageId, expiresAtMs: clock.nowMs() + 60_000 }, settled)
const has = (messageId: string) => acknowledged.has({ from, messageId })

test('is known at once, and for its sender alone', () => {
  add('m')
  expect([has('m'), has('n'), acknowledged.has({ from: 'urn:x:b', messageId: 'm' })]).toEqual([
    true,
    false,
    false,
  ])
})

test('is forgotten when it expires', async () => {
  add('m')
  await clock.advance(59_999)
  expect(has('m')).toBe(true)
  await clock.advance(1)
  expect(has('m')).toBe(false)
})

test('is written within 100 ms, with all that came meanwhile, and known here until the next time', async () => {
  add('m')
  add('n')
  await clock.advance(99)
  expect(writes).toEqual([])
  await clock.advance(1)
  expect([writes, has('m')]).toEqual([[['m', 'n']], true])
  add('o')
  await clock.advance(100)
  expect([writes.length, has('m'), has('o')]).toEqual([2, false, true])
  expect(clock.pendingTimers()).toBe(0)
})

test('is known while it is being written', async () => {
  let finish: (() => void) | undefined
  commit = new Promise((resolve) => {
    finish = resolve
  })
  add('m')
  await clock.advance(100)
  add('n')
  expect([has('m'), has('n'), writes]).toEqual([true, true, []])
  finish?.()
  await clock.advance(100)
  expect(writes).toEqual([['m'], ['n']])
})

test('2048 of them are written without waiting', async () => {
  for (let n = 0; n < 2048; n++) add(`m${n}`)
  await clock.advance(0)
  expect(writes.map(({ length }) => length)).toEqual([2048])
})

test('who wants to be told is told at once when it is durable', async () => {
  const told: boolean[] = []
  add('m', (isDurable) => told.push(isDurable))
  add('n', (isDurable) => told.push(isDurable))
  await clock.advance(0)
  expect([writes, told]).toEqual([
    [['m'], ['n']],
    [true, true],
  ])
})

test('while the store fails nothing more is taken; what was is written when it works again', async () => {
  const told: boolean[] = []
  isStoreBroken = true
  add('m', (isDurable) => told.push(isDurable))
  await clock.advance(0)
  expect([told, acknowledged.isTaking, has('m')]).toEqual([[false], false, true])
  await clock.advance(1_000)
  isStoreBroken = false
  await clock.advance(100)
  expect([writes, acknowledged.isTaking]).toEqual([[['m']], true])
})

test('at the end all is written', async () => {
  add('m')
  acknowledged.stop()
  await clock.advance(0)
  expect([writes, clock.pendingTimers()]).toEqual([[['m']], 0])
})
