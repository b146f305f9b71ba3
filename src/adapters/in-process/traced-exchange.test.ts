import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { noTrace, type TraceItem } from '../../trace/trace.ts'
import { createTracedExchange } from './traced-exchange.ts'

test('both ends of request and answer, tied together, at the time of each', async () => {
  const clock = createVirtualClock(1000)
  const items: TraceItem[] = []
  const exchange = createTracedExchange({
    trace: (item) => items.push(item),
    clock,
    point: 'Zh',
    asker: 'BSF',
    answerer: 'HSS',
  })
  const ask = () =>
    exchange(
      { message: 'Request', fields: { a: 1 } },
      async () => {
        await clock.advance(5)
        return 'yes'
      },
      (answer) => ({ message: 'Answer', fields: { answer } }),
    )
  expect(await ask()).toBe('yes')
  const request = { kind: 'message', point: 'Zh', from: 'BSF', to: 'HSS', message: 'Request' }
  const answer = { kind: 'message', point: 'Zh', from: 'HSS', to: 'BSF', message: 'Answer' }
  const transactionId = 'Zh-1'
  const answered = { atMs: 1005, transactionId, elapsedMs: 5 }
  expect(items).toEqual([
    { ...request, side: 'sent', atMs: 1000, transactionId, fields: { a: 1 } },
    { ...request, side: 'received', atMs: 1000, transactionId, fields: { a: 1 } },
    { ...answer, side: 'sent', ...answered, fields: { answer: 'yes' } },
    { ...answer, side: 'received', ...answered, fields: { answer: 'yes' } },
  ])
  await ask()
  expect(items[4]).toMatchObject({ transactionId: 'Zh-2' })
})

test.each([
  ['asker', ['sent Request', 'received Answer']],
  ['answerer', ['received Request', 'sent Answer']],
] as const)('the %s alone, under the id of the wire', async (end, expected) => {
  const items: TraceItem[] = []
  const exchange = createTracedExchange({
    trace: (item) => items.push(item),
    clock: createVirtualClock(),
    point: 'Zn',
    asker: 'NAF',
    answerer: 'BSF',
    end,
  })
  const request = { message: 'Request', fields: {}, transactionId: 'naf;1;2' }
  await exchange(
    request,
    async () => 'yes',
    () => ({ message: 'Answer', fields: {} }),
  )
  const events = items.filter((item) => item.kind === 'message')
  expect(events.map(({ side, message }) => `${side} ${message}`)).toEqual(expected)
  expect(events.map(({ transactionId }) => transactionId)).toEqual(['naf;1;2', 'naf;1;2'])
})

test('while nobody looks, no answer is described', async () => {
  const exchange = createTracedExchange({
    trace: noTrace,
    clock: createVirtualClock(),
    point: 'Zn',
    asker: 'NAF',
    answerer: 'BSF',
  })
  const describe = () => {
    throw new Error('described')
  }
  expect(await exchange({ message: 'Request', fields: {} }, async () => 7, describe)).toBe(7)
})
