import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import type { UbRequest, UbResponse } from '../gba/ub-exchange.ts'
import { formatInitialRequest } from '../gba/ub-messages.ts'
import type { Zh, ZhAnswer } from '../gba/zh.ts'
import { parseAkaNonce } from '../http-digest/aka-nonce.ts'
import type { DigestAuthorization } from '../http-digest/digest-headers.ts'
import { fromBase64, toHex } from '../octets/octets.ts'
import {
  answerTo,
  autsFor,
  type BsfWorld,
  challengeIn,
  createBsfWorld,
  IDENTITY,
  requestWith,
} from './bsf-world.fixture.ts'
import { assertUnknownImpi, endOfSlot, makeUpKeys } from './unknown-impi.ts'

const AMF = Uint8Array.of(0, 0)
const NOBODY = 'nobody@ims.mnc001.mcc001.3gppnetwork.org'
const WRONG = { response: '0'.repeat(32) }

const hiding = (zh?: Zh) =>
  createBsfWorld({ options: { unknownImpi: { amf: AMF } }, ...(zh && { zh }) })

/** The answer, when its slot has come. */
async function ub(world: BsfWorld, request: UbRequest): Promise<UbResponse> {
  const answered = world.ub(request)
  for (let n = 0; n < 6; n++) await world.clock.advance(25)
  return answered
}

const ask = (world: BsfWorld, username: string) =>
  ub(world, formatInitialRequest({ ...IDENTITY, username }))

/** A response as anybody sees it, with lengths in place of what has to differ: nonce and opaque. */
function shapeOf(response: UbResponse): UbResponse {
  const headers = Object.entries(response.headers).map(([name, values]) => [
    name,
    values.map((value) =>
      value.replace(/(nonce|opaque)="([^"]+)"/g, (_, key, text: string) => `${key}=${text.length}`),
    ),
  ])
  return { ...response, headers: Object.fromEntries(headers) }
}

/** Everything that a stranger can try under a name, answer by answer. */
async function attempts(world: BsfWorld, username: string): Promise<UbResponse[]> {
  const answers: UbResponse[] = []
  const send = async (request: UbRequest) => {
    const response = await ub(world, request)
    answers.push(shapeOf(response))
    return response
  }
  const challenge = async () =>
    challengeIn(await send(formatInitialRequest({ ...IDENTITY, username })))
  const answer = (to: Parameters<typeof answerTo>[0], change: Partial<DigestAuthorization>) =>
    send(requestWith(answerTo(to, { username, ...change })))

  const first = await challenge()
  await answer(first, WRONG)
  await answer(first, WRONG)
  // An answer to a challenge that nobody gave, and one to the challenge that came for it.
  const renewed = challengeIn(await answer({ ...first, opaque: 'AAAA' }, WRONG))
  await answer(renewed, WRONG)
  // AUTS that nobody's card made.
  const second = await challenge()
  await answer(second, { auts: autsFor({ nonce: WORKED.nonce }, 1n) })
  await answer(second, { auts: autsFor({ nonce: WORKED.nonce }, 1n) })
  const third = await challenge()
  await answer(third, { nonce: WORKED.nonce, ...WRONG })
  await answer(third, { realm: 'bsf.other.org' })
  return answers
}

describe('with unknown IMPIs challenged too', () => {
  test('whole responses of a known and an unknown IMPI are the same, whatever is tried', async () => {
    const world = await hiding()
    const known = await attempts(world, WORKED.impi)
    const unknown = await attempts(world, NOBODY)
    expect(unknown).toEqual(known)
    expect(known.map(({ status }) => status)).toEqual([
      401, 403, 403, 401, 403, 401, 403, 401, 401, 403, 400,
    ])
    expect(known[1]).toEqual({
      status: 403,
      headers: { server: ['cpns-bsf; Release-6; 3gpp-gba-tmpi'] },
      body: new Uint8Array(0),
    })
    expect(world.store.btids).toEqual([])
  })

  test('and 403 at the end is the one that an unknown IMPI gets by default at once', async () => {
    const [hidden, plain] = [await hiding(), await createBsfWorld()]
    const atOnce = await plain.ub(formatInitialRequest({ ...IDENTITY, username: NOBODY }))
    const [, wrong] = await attempts(hidden, NOBODY)
    expect(atOnce).toEqual(wrong)
  })

  test('every challenge is another, but shows one AMF', async () => {
    const world = await hiding()
    const nonces = [
      challengeIn(await ask(world, NOBODY)).nonce,
      challengeIn(await ask(world, NOBODY)).nonce,
    ]
    expect(nonces[0]).not.toBe(nonces[1])
    for (const { autn } of nonces.map(parseAkaNonce)) expect([...autn.slice(6, 8)]).toEqual([0, 0])
  })

  test('a flood of names leaves nothing in the store', async () => {
    const world = await hiding()
    for (let n = 0; n < 50; n++) await ask(world, `user${n}@ims.example`)
    expect(await world.store.removeExpired(Number.MAX_SAFE_INTEGER)).toBe(0)
  })

  test('the subscriber still bootstraps', async () => {
    const world = await hiding()
    const challenge = challengeIn(await ask(world, WORKED.impi))
    expect((await ub(world, requestWith(answerTo(challenge)))).status).toBe(200)
    expect(fromBase64(challenge.opaque ?? '').length).toBeGreaterThan(1024)
  })

  test('an HSS that is away is 503 for everybody', async () => {
    const world = await hiding({ requestVector: async () => ({ outcome: 'unavailable' }) })
    expect(await ask(world, NOBODY)).toEqual(await ask(world, WORKED.impi))
  })
})

describe('time', () => {
  test.each([0, 3, 31, 49])('an HSS that takes %d ms is not seen to', async (hssMs) => {
    const vector = { ...WORKED, xres: WORKED.res }
    const answers: ZhAnswer[] = [
      { outcome: 'success', impi: WORKED.impi, vector },
      { outcome: 'identity-unknown' },
    ]
    const took: number[] = []
    for (const answer of answers) {
      const world = await hiding({
        requestVector: () =>
          new Promise((resolve) => void world.clock.setTimer(hssMs, () => resolve(answer))),
      })
      const answered = world
        .ub(formatInitialRequest(IDENTITY))
        .then(() => took.push(world.clock.monotonicMs()))
      for (let n = 0; n < 80; n++) await world.clock.advance(1)
      await answered
    }
    expect(took).toEqual([50, 50])
  })

  test('a slot that is over is followed by the next', async () => {
    const clock = createVirtualClock()
    await clock.advance(70)
    const waited = endOfSlot({ amf: AMF }, { sinceMs: 0, clock })
    await clock.advance(30)
    await waited
    expect(clock.monotonicMs()).toBe(100)
  })
})

test('made-up keys are random but for AMF', () => {
  const keys = makeUpKeys({ amf: Uint8Array.of(1, 2) }, createSeededRandom(1))
  expect([keys.rand.length, keys.autn.length, keys.ks.length]).toEqual([16, 16, 32])
  expect(toHex(keys.autn.slice(6, 8))).toBe('0102')
})

test('what cannot be', () => {
  expect(() => assertUnknownImpi({ amf: new Uint8Array(1) })).toThrow(RangeError)
  expect(() => assertUnknownImpi({ amf: AMF, slotMs: 0 })).toThrow(RangeError)
})
