import { describe, expect, test } from 'vitest'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { formatInitialRequest } from '../gba/ub-messages.ts'
import type { DigestChallenge } from '../http-digest/digest-headers.ts'
import { utf8 } from '../octets/octets.ts'
import {
  answerTo,
  autsFor,
  type BsfWorld,
  challenged,
  challengeIn,
  createBsfWorld,
  IDENTITY,
  requestWith,
} from './bsf-world.fixture.ts'

const SQN_MS = 5000n << 5n

const send = (world: BsfWorld, ...answer: Parameters<typeof answerTo>) =>
  world.ub(requestWith(answerTo(...answer)))
const autsOf = (challenge: DigestChallenge) => ({ auts: autsFor(challenge, SQN_MS) })

describe('a challenge is answered once', () => {
  test('the same message 3 again gets a new challenge, and no second session', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    expect((await send(world, challenge)).status).toBe(200)
    const again = challengeIn(await send(world, challenge))
    expect(again.stale).toBe('true')
    expect(again.nonce).not.toBe(challenge.nonce)
    expect(world.store.btids).toHaveLength(1)
    expect((await send(world, again)).status).toBe(200)
  })

  test('of many at once one succeeds', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    const responses = await Promise.all(Array.from({ length: 20 }, () => send(world, challenge)))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(responses.filter(({ status }) => status === 401)).toHaveLength(19)
    expect(world.store.btids).toHaveLength(1)
  })

  test('a wrong response uses it up', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    expect((await send(world, challenge, { response: '0'.repeat(32) })).status).toBe(403)
    expect(challengeIn(await send(world, challenge)).stale).toBe('true')
    expect(world.store.btids).toEqual([])
  })

  test('a RAND that was met before makes no session', async () => {
    const { autn, rand, res: xres, ck, ik } = WORKED
    const vector = { rand, autn, xres, ck, ik }
    const zh = {
      requestVector: async () => ({ outcome: 'success', impi: WORKED.impi, vector }) as const,
    }
    const world = await createBsfWorld({ zh })
    const password = WORKED.res
    expect((await send(world, await challenged(world), {}, password)).status).toBe(200)
    await world.clock.advance(130_000)
    // The used challenge is forgotten by now, the session is not.
    await world.store.removeExpired(world.clock.nowMs())
    expect((await send(world, await challenged(world), {}, password)).status).toBe(401)
    expect(world.logged.map(({ event }) => event)).toContain('rand-repeated')
    expect(world.store.btids).toEqual([WORKED.btid])
  })
})

describe('time', () => {
  test.each([
    [60_000, 200],
    [60_001, 401],
    [600_000, 401],
    [10_000_000, 401],
  ])('after %i ms: %i', async (ms, status) => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    await world.clock.advance(ms)
    const response = await send(world, challenge)
    expect(response.status).toBe(status)
    if (status === 401) expect(challengeIn(response).stale).toBe('true')
  })

  test('another lifetime', async () => {
    const world = await createBsfWorld({ options: { challengeLifetimeMs: 5000 } })
    const challenge = await challenged(world)
    await world.clock.advance(5001)
    expect((await send(world, challenge)).status).toBe(401)
  })

  test.each([
    [60_000, 200],
    [60_001, 401],
  ])('of a node whose clock is %i ms ahead: %i', async (aheadMs, status) => {
    const world = await createBsfWorld()
    const clock = { ...world.clock, nowMs: () => world.clock.nowMs() + aheadMs }
    const challenge = await challenged(world, world.node({}, { clock }))
    expect((await send(world, challenge)).status).toBe(status)
  })

  test('a clock that goes back does not revive a used challenge', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    await send(world, challenge, { response: '0'.repeat(32) })
    await world.clock.advance(119_000)
    await world.store.removeExpired(world.clock.nowMs())
    world.clock.jumpWall(-119_000)
    expect((await send(world, challenge)).status).toBe(401)
  })
})

describe('what does not belong together', () => {
  test('a nonce that is not the one of opaque', async () => {
    const world = await createBsfWorld()
    const [a, b] = [await challenged(world), await challenged(world)]
    const mixed = { ...a, nonce: b.nonce }
    expect((await send(world, mixed)).status).toBe(403)
    expect((await send(world, { ...a, nonce: WORKED.nonce })).status).toBe(403)
    expect((await send(world, a)).status).toBe(200)
    expect((await send(world, b)).status).toBe(200)
  })

  test('a user name that is not the one of the challenge', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    const username = 'eve@ims.example.org'
    expect((await send(world, challenge, { username })).status).toBe(403)
    expect((await send(world, challenge)).status).toBe(200)
  })

  test('a challenge of another BSF', async () => {
    const [world, other] = [await createBsfWorld(), await createBsfWorld()]
    const node = other.node({ bsfName: WORKED.bsfName })
    const foreign = challengeIn(await other.ub(formatInitialRequest(IDENTITY), node))
    await challenged(world)
    const response = await send(world, foreign)
    expect(response.status).not.toBe(200)
    expect(world.store.btids).toEqual([])
  })

  test('a body is covered by the digest', async () => {
    const world = await createBsfWorld()
    const request = requestWith(answerTo(await challenged(world)))
    expect((await world.ub({ ...request, body: utf8('x') })).status).toBe(403)
  })
})

describe('resynchronisation, RFC 3310 3.4', () => {
  test('once: the HSS gets RAND and AUTS, the UE a fresh challenge', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    const response = await send(world, challenge, autsOf(challenge))
    const renewed = challengeIn(response)
    expect(renewed.stale).toBeUndefined()
    expect(renewed.nonce).not.toBe(challenge.nonce)
    expect(world.asked).toHaveLength(2)
    expect(world.asked[1]?.resynchronization?.auts).toHaveLength(14)
    expect(world.store.btids).toEqual([])
    expect((await send(world, renewed)).status).toBe(200)
  })

  test('a second AUTS in one exchange is refused, and does not reach the HSS', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    const renewed = challengeIn(await send(world, challenge, autsOf(challenge)))
    expect((await send(world, renewed, autsOf(renewed))).status).toBe(403)
    expect(world.asked).toHaveLength(2)
    // And that challenge is used up.
    expect((await send(world, renewed)).status).toBe(401)
  })

  test('AUTS again for the same challenge does not reach the HSS as AUTS', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    await send(world, challenge, autsOf(challenge))
    expect(challengeIn(await send(world, challenge, autsOf(challenge))).stale).toBe('true')
    expect(world.asked.map(({ resynchronization }) => resynchronization !== undefined)).toEqual([
      false,
      true,
      false,
    ])
  })

  test('AUTS that does not verify is refused, and the challenge is used up', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    const foreign = autsFor({ nonce: WORKED.nonce }, SQN_MS)
    expect((await send(world, challenge, { auts: foreign })).status).toBe(403)
    expect((await send(world, challenge)).status).toBe(401)
  })

  test('the digest with AUTS has an empty password: RES is wrong there', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    const { response } = answerTo(challenge)
    expect((await send(world, challenge, { ...autsOf(challenge), response })).status).toBe(403)
    expect(world.asked).toHaveLength(1)
  })
})
