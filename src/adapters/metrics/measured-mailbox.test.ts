import { expect, test } from 'vitest'
import { serverStoreMailboxContract } from '../../../test/contracts/server-store-mailbox.contract.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { testSealer } from '../sqlite/sqlite.fixture.ts'
import { measureMailbox } from './measured-mailbox.ts'

function measured() {
  const clock = createVirtualClock(0)
  const told: number[] = []
  const store = measureMailbox(openServerStore(':memory:', testSealer()), clock, (ms) =>
    told.push(ms),
  )
  return { clock, told, store }
}

const message = (messageId: string) => ({
  messageId,
  from: 'urn:uuid:phone',
  to: 'urn:uuid:watch',
  contentType: 'text/plain',
  payload: Uint8Array.of(1),
  expiresAtMs: 60_000,
})

test('each message that was accepted here is timed once, until it was acknowledged', async () => {
  const { clock, told, store } = measured()
  await store.acceptMessages([message('a'), message('b')], 0)
  await clock.advance(30)
  expect(await store.acceptMessages([message('a')], 30)).toEqual(['duplicate'])
  expect(await store.acknowledgeMessage(message('a'))).toBe(true)
  await clock.advance(10)
  await store.acknowledgeMessage(message('b'))
  expect(await store.acknowledgeMessage(message('b'))).toBe(false)
  await store.acknowledgeMessage(message('unknown'))
  expect(told).toEqual([30, 40])
  await store.close()
})

serverStoreMailboxContract(() => Promise.resolve(measured().store))
