import { describe, expect, test } from 'vitest'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { formatInitialRequest } from '../gba/ub-messages.ts'
import { readUbRequest, type UbAnswer } from '../gba/ub-server.ts'
import { noLog } from '../ports/log.ts'
import { createSteadyClock } from '../ports/steady-clock.ts'
import { createAnswerJudge } from './answer-judge.ts'
import { answerTo, challenged, createBsfWorld, IDENTITY, requestWith } from './bsf-world.fixture.ts'
import { createChallengeMemory } from './challenge-memory.ts'
import { CHALLENGE } from './ub-challenge.fixture.ts'

describe('what waits for its answer', () => {
  test('is there once, for the very same opaque', () => {
    const memory = createChallengeMemory(2)
    memory.remember(CHALLENGE, { nonce: 'n', opaque: 'o' })
    expect(memory.take({ nonce: 'n', opaque: 'other' })).toBeUndefined()
    expect(memory.take({ nonce: 'other', opaque: 'o' })).toBeUndefined()
    expect(memory.take({ nonce: 'n', opaque: 'o' })).toBe(CHALLENGE)
    expect(memory.take({ nonce: 'n', opaque: 'o' })).toBeUndefined()
  })

  test('goes for what comes later', () => {
    const memory = createChallengeMemory(2)
    for (const nonce of ['1', '2', '3']) memory.remember(CHALLENGE, { nonce, opaque: 'o' })
    expect(memory.take({ nonce: '1', opaque: 'o' })).toBeUndefined()
    expect(memory.take({ nonce: '2', opaque: 'o' })).toBe(CHALLENGE)
    expect(memory.take({ nonce: '3', opaque: 'o' })).toBe(CHALLENGE)
  })
})

describe('a node that has forgotten opens what the UE carries', () => {
  test('after more challenges than it remembers', async () => {
    const world = await createBsfWorld()
    const first = await challenged(world)
    for (let n = 0; n < 1100; n++) await world.ub(formatInitialRequest(IDENTITY))
    expect((await world.ub(requestWith(answerTo(first)))).status).toBe(200)
  })

  test('and another node, which never knew', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    const response = await world.ub(requestWith(answerTo(challenge)), world.node())
    expect(response.status).toBe(200)
  })
})

test('an answer to what is remembered is judged without opening it', async () => {
  const { clock, store } = await createBsfWorld()
  const memory = createChallengeMemory(1)
  const { nonce } = WORKED
  memory.remember({ ...CHALLENGE, issuedAtMs: clock.nowMs() }, { nonce, opaque: 'anything' })
  const unused = () => Promise.reject(new Error('not to be asked'))
  const judge = createAnswerJudge(
    { bsfName: WORKED.bsfName, product: 'bsf', challengeLifetimeMs: 60_000 },
    {
      store,
      memory,
      ring: { seal: unused, open: unused },
      challenge: unused,
      zh: { requestVector: unused },
      clock: createSteadyClock(clock, noLog),
      log: noLog,
    },
  )
  const challenge = { realm: WORKED.bsfName, nonce, opaque: 'anything' }
  const request = requestWith(answerTo(challenge))
  const answer = readUbRequest(request, WORKED.bsfName) as UbAnswer
  const arrival = { answer, request, challengeAnew: unused }
  expect((await judge(arrival)).status).toBe(200)
  await expect(judge(arrival)).rejects.toThrow('not to be asked')
})

test('an answer with the opaque of another challenge is wrong, and uses neither up', async () => {
  const world = await createBsfWorld()
  const [first, second] = [await challenged(world), await challenged(world)]
  const mixed = answerTo(first, { opaque: second.opaque ?? '' })
  expect((await world.ub(requestWith(mixed))).status).toBe(403)
  expect((await world.ub(requestWith(answerTo(second)))).status).toBe(200)
  expect((await world.ub(requestWith(answerTo(first)))).status).toBe(200)
})
