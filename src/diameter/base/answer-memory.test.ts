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

function create(maxAnswers = 10) {
  const clock = createVirtualClock()
  const memory = createAnswerMemory({ lifetimeMs: 240_000, maxAnswers }, clock)
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
