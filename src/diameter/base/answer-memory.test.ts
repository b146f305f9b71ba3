import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createAnswerMemory } from './answer-memory.ts'
import type { DiameterMessage } from './message.ts'

const message = (changes: Partial<DiameterMessage> = {}): DiameterMessage => ({
  commandCode: 303,
  applicationId: 16_777_221,
  request: true,
  proxiable: true,
  error: false,
  retransmitted: false,
  hopByHop: 1,
  endToEnd: 2,
  avps: [],
  ...changes,
})

/** Of an answer of these tests: header, and an AVP without data. */
const ANSWER_OCTETS = 28

function create(maxAnswers = 10, maxOctets = 1000) {
  const clock = createVirtualClock()
  const memory = createAnswerMemory({ lifetimeMs: 240_000, maxAnswers, maxOctets }, clock)
  let served = 0
  /** How often requests have been served, after this one. */
  const serve = async (changes: Partial<DiameterMessage>, host = 'bsf.example.org') => {
    const request = message(changes)
    const answer = await memory.serve(request, host, async () => {
      served += 1
      return { ...request, request: false, avps: [avp(served)] }
    })
    return [answer.avps[0]?.code, answer.hopByHop]
  }
  return { clock, memory, serve }
}

const avp = (code: number) => ({ code, vendorId: 0, mandatory: true, data: new Uint8Array() })

test('a copy with the T flag gets the same answer, under its own Hop-by-Hop Identifier', async () => {
  const { serve } = create()
  expect(await serve({ hopByHop: 1 })).toEqual([1, 1])
  expect(await serve({ hopByHop: 9, retransmitted: true })).toEqual([1, 9])
})

test('also while the first one is being served', async () => {
  const { serve } = create()
  expect(await Promise.all([serve({}), serve({ retransmitted: true })])).toEqual([
    [1, 1],
    [1, 1],
  ])
})

test.each([
  ['without the T flag', { retransmitted: false }, 'bsf.example.org'],
  ['with another End-to-End Identifier', { retransmitted: true, endToEnd: 3 }, 'bsf.example.org'],
  ['of another command', { retransmitted: true, commandCode: 310 }, 'bsf.example.org'],
  ['of another host', { retransmitted: true }, 'other.example.org'],
])('%s it is another request', async (_name, changes, host) => {
  const { serve } = create()
  await serve({})
  expect(await serve(changes, host)).toEqual([2, 1])
})

test('the case of the host does not matter', async () => {
  const { serve } = create()
  await serve({})
  expect(await serve({ retransmitted: true }, 'BSF.Example.ORG')).toEqual([1, 1])
})

test('after four minutes it is forgotten', async () => {
  const { serve, clock, memory } = create()
  await serve({})
  await clock.advance(239_999)
  expect(await serve({ retransmitted: true })).toEqual([1, 1])
  await clock.advance(1)
  expect(await serve({ retransmitted: true })).toEqual([2, 1])
  expect(memory.size).toBe(1)
})

test('it holds no more than it may: the oldest goes first', async () => {
  const { serve, memory } = create(2)
  for (const endToEnd of [1, 2, 3, 4]) await serve({ endToEnd })
  expect(memory.size).toBeLessThanOrEqual(3)
  expect(await serve({ endToEnd: 4, retransmitted: true })).toEqual([4, 1])
  expect(await serve({ endToEnd: 1, retransmitted: true })).toEqual([5, 1])
})

test('nor more octets: as many of the last ones stay as there is room for, however often that happens', async () => {
  const { serve, memory } = create(1000, 5 * ANSWER_OCTETS)
  for (let endToEnd = 1; endToEnd <= 100; endToEnd++) {
    await serve({ endToEnd })
    // The same again, as another request: it takes the place of the one before.
    await serve({ endToEnd })
  }
  expect(memory.size).toBeGreaterThanOrEqual(5)
  expect(memory.size).toBeLessThanOrEqual(7)
  expect(await serve({ endToEnd: 97, retransmitted: true })).toEqual([194, 1])
  expect(await serve({ endToEnd: 90, retransmitted: true })).toEqual([201, 1])
})

test('what is forgotten while it is served is not counted as kept', async () => {
  const { serve, memory } = create(1, 5 * ANSWER_OCTETS)
  for (let n = 0; n < 20; n++)
    await Promise.all([1, 2, 3, 4].map((endToEnd) => serve({ endToEnd })))
  expect(memory.size).toBeLessThanOrEqual(2)
  await serve({ endToEnd: 5 })
  expect(await serve({ endToEnd: 5, retransmitted: true })).toEqual([81, 1])
})
