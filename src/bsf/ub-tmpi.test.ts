/** The BSF and the TMPIs of its users. TS 33.220 4.5.2, B.4 */
import { describe, expect, test } from 'vitest'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { deriveTmpi } from '../gba/tmpi.ts'
import type { UbRequest } from '../gba/ub-exchange.ts'
import { formatInitialRequest } from '../gba/ub-messages.ts'
import { parseBtid } from '../identity/btid.ts'
import { fromUtf8, toBase64 } from '../octets/octets.ts'
import {
  answerTo,
  autsFor,
  type BsfWorld,
  challengeIn,
  createBsfWorld,
  IDENTITY,
  NOW_MS,
  requestWith,
} from './bsf-world.fixture.ts'

const UNKNOWN = 'username: unknown TMPI, start again with the IMPI\n'
const saying = (userAgent: string, request: UbRequest): UbRequest => ({
  ...request,
  headers: { ...request.headers, 'user-agent': [userAgent] },
})

const ask = (world: BsfWorld, username: string) =>
  world.ub(formatInitialRequest({ ...IDENTITY, username }))

/** A whole run under this name; gives the TMPI that both ends can make of its Ks. */
async function runAs(
  world: BsfWorld,
  username: string,
  userAgent = 'ue; Release-6; 3gpp-gba-tmpi',
): Promise<string> {
  const challenge = challengeIn(await ask(world, username))
  const answer = saying(userAgent, requestWith(answerTo(challenge, { username })))
  expect((await world.ub(answer)).status).toBe(200)
  const btid = parseBtid(world.store.btids.at(-1)!)
  const session = await world.store.findBootstrappingSession(btid, world.clock.nowMs())
  expect(session?.impi).toBe(WORKED.impi)
  return deriveTmpi(session!.ks, { ...session!, bsfName: WORKED.bsfName })
}

describe('a TMPI', () => {
  test('names its IMPI, and every run makes a new one in its place', async () => {
    const world = await createBsfWorld()
    const first = await runAs(world, WORKED.impi)
    const second = await runAs(world, first)
    expect(second).not.toBe(first)
    expect(world.asked.map(({ impi }) => impi)).toEqual([WORKED.impi, WORKED.impi])
    const refused = await ask(world, first)
    expect([refused.status, fromUtf8(refused.body)]).toEqual([400, UNKNOWN])
    await runAs(world, second)
    expect(world.store.btids).toHaveLength(3)
  })

  test('is made only for a UE that says 3gpp-gba-tmpi', async () => {
    const world = await createBsfWorld()
    for (const said of ['ue; Release-6', 'ue; Release-6; 3gpp-gba', 'x3gpp-gba-tmpi', '']) {
      const tmpi = await runAs(world, WORKED.impi, said)
      expect((await ask(world, tmpi)).status).toBe(400)
    }
    for (const said of ['ue 3gpp-gba-tmpi', '3gpp-gba-uicc;3gpp-gba-tmpi']) {
      expect((await ask(world, await runAs(world, WORKED.impi, said))).status).toBe(401)
    }
  })

  test('outlives its Ks, which is when it is needed', async () => {
    const world = await createBsfWorld()
    const tmpi = await runAs(world, WORKED.impi)
    await world.clock.advance(200_000_000)
    await world.store.removeExpired(world.clock.nowMs())
    expect((await ask(world, tmpi)).status).toBe(401)
  })

  test('goes on through a resynchronisation', async () => {
    const world = await createBsfWorld()
    const username = await runAs(world, WORKED.impi)
    const challenge = challengeIn(await ask(world, username))
    const auts = autsFor(challenge, 5000n << 5n)
    const renewed = challengeIn(
      await world.ub(requestWith(answerTo(challenge, { username, auts }))),
    )
    expect(renewed.stale).toBeUndefined()
    expect((await world.ub(requestWith(answerTo(renewed, { username })))).status).toBe(200)
  })

  test('and its IMPI are two user names: a challenge is for the one that was sent', async () => {
    const world = await createBsfWorld()
    const tmpi = await runAs(world, WORKED.impi)
    for (const [sent, answered] of [
      [tmpi, WORKED.impi],
      [WORKED.impi, tmpi],
    ] as const) {
      const challenge = challengeIn(await ask(world, sent))
      const send = (username: string) => world.ub(requestWith(answerTo(challenge, { username })))
      expect((await send(answered)).status).toBe(403)
      expect((await send(sent)).status).toBe(200)
    }
  })

  test('counts as its IMPI in the limits', async () => {
    const world = await createBsfWorld({
      options: { challengeLimits: { perImpi: 2, perAddress: 100 } },
    })
    const tmpi = await runAs(world, WORKED.impi)
    expect([(await ask(world, tmpi)).status, (await ask(world, tmpi)).status]).toEqual([401, 429])
  })
})

describe('an unknown TMPI', () => {
  test('is refused by message 3 too, where a challenge would have to be given anew', async () => {
    const world = await createBsfWorld()
    const challenge = { realm: WORKED.bsfName, nonce: WORKED.nonce, opaque: toBase64(WORKED.rand) }
    const response = await world.ub(requestWith(answerTo(challenge, { username: WORKED.tmpi })))
    expect([response.status, fromUtf8(response.body)]).toEqual([400, UNKNOWN])
    expect(world.asked).toEqual([])
  })

  test('while the store is away: 503, which says nothing about the TMPI', async () => {
    const world = await createBsfWorld()
    world.store.broken = true
    expect((await ask(world, WORKED.tmpi)).status).toBe(503)
    expect(world.logged).toMatchObject([{ fields: { code: 'store-failed' } }])
    expect(world.clock.nowMs()).toBe(NOW_MS)
  })
})

test('over the limit a stale answer gets no challenge either', async () => {
  const world = await createBsfWorld({
    options: { challengeLimits: { perImpi: 1, perAddress: 100 } },
  })
  const challenge = challengeIn(await ask(world, WORKED.impi))
  const stale = answerTo({ ...challenge, opaque: toBase64(WORKED.rand) })
  expect((await world.ub(requestWith(stale))).status).toBe(429)
  expect(world.asked).toHaveLength(1)
})
