import { describe, expect, test } from 'vitest'
import { createMilenage } from '../aka/milenage.ts'
import { Secret } from '../crypto/secret.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { formatInitialRequest } from '../gba/ub-messages.ts'
import type { Zh, ZhAnswer } from '../gba/zh.ts'
import { parseBtid } from '../identity/btid.ts'
import { toBase64 } from '../octets/octets.ts'
import {
  answerTo,
  type BsfWorld,
  challenged,
  createBsfWorld,
  GBA_U_GUSS,
  IDENTITY,
  NOW_MS,
  plainRes,
  requestWith,
  resGbaU,
} from './bsf-world.fixture.ts'

const { autn, rand, ck, ik } = WORKED
const VECTOR = { rand, autn, xres: WORKED.res, ck, ik }
const answering = (answer: ZhAnswer): Zh => ({ requestVector: async () => answer })
const withVector = (vector: Partial<typeof VECTOR>, guss = GBA_U_GUSS): Zh =>
  answering({
    outcome: 'success',
    impi: WORKED.impi,
    vector: { ...VECTOR, ...vector },
    guss,
  })

describe('GBA_U or GBA_ME, TS 33.220 5.1', () => {
  test('GBA facts 14: with uiccType GBA_U the nonce is RAND ‖ AUTN*', async () => {
    const world = await createBsfWorld({ zh: withVector({}) })
    const challenge = await challenged(world)
    expect(challenge.nonce).toBe(WORKED.nonce)
    const response = await world.ub(requestWith(answerTo(challenge)))
    expect(response.status).toBe(200)
    expect(world.store.btids).toEqual([WORKED.btid])
  })

  test.each([
    ['no GUSS', undefined],
    ['uiccType GBA', '<guss><bsfInfo><uiccType>GBA</uiccType></bsfInfo></guss>'],
    ['no bsfInfo', '<guss/>'],
  ])('with %s AUTN and XRES stay as they are', async (_, guss) => {
    const vector = VECTOR
    const zh = answering({
      outcome: 'success',
      impi: WORKED.impi,
      vector,
      ...(guss === undefined ? {} : { guss }),
    })
    const world = await createBsfWorld({ zh })
    const challenge = await challenged(world)
    expect(challenge.nonce).toBe(toBase64(Uint8Array.from([...rand, ...autn])))
    const answer = answerTo(challenge, {}, plainRes(challenge))
    expect((await world.ub(requestWith(answer))).status).toBe(200)
  })

  test('a one-sided flip fails the digest, whichever side', async () => {
    const flipping = await createBsfWorld()
    const first = await challenged(flipping)
    const unflipped = answerTo(first, {}, plainRes(first))
    expect((await flipping.ub(requestWith(unflipped))).status).toBe(403)

    const plain = await createBsfWorld({ options: { flipsRes: false } })
    const second = await challenged(plain)
    const flipped = answerTo(second, {}, resGbaU(second))
    expect((await plain.ub(requestWith(flipped))).status).toBe(403)
    const third = await challenged(plain)
    const both = answerTo(third, {}, plainRes(third))
    expect((await plain.ub(requestWith(both))).status).toBe(200)
  })
})

describe('lifetime', () => {
  test.each<[string, Partial<{ keyLifetimeSeconds: number }>, number]>([
    ['<guss/>', {}, 86_400],
    ['<guss/>', { keyLifetimeSeconds: 60 }, 60],
    ['<guss><bsfInfo><lifeTime>7200</lifeTime></bsfInfo></guss>', { keyLifetimeSeconds: 60 }, 7200],
    ['<guss><bsfInfo><lifeTime>4294967295</lifeTime></bsfInfo></guss>', {}, 2 ** 31 - 1],
  ])('%s with %j: %i s', async (guss, options, seconds) => {
    const world = await createBsfWorld({ subscriber: { guss }, options })
    const challenge = await challenged(world)
    await world.clock.advance(1234)
    const response = await world.ub(requestWith(answerTo(challenge, {}, plainRes(challenge))))
    const expected = new Date(NOW_MS + 1000 + seconds * 1000).toUTCString()
    expect(response.headers.expires).toEqual([expected])
  })
})

describe('an HSS that gives no usable vector', () => {
  test.each<[ZhAnswer, number]>([
    [{ outcome: 'unavailable' }, 503],
    [{ outcome: 'identity-unknown' }, 403],
    [{ outcome: 'resynchronization-refused' }, 403],
  ])('%j: %i', async (answer, status) => {
    const world = await createBsfWorld({ zh: answering(answer) })
    expect((await world.ub(formatInitialRequest(IDENTITY))).status).toBe(status)
    expect(world.logged).toMatchObject([{ level: 'warn', event: 'no-vector' }])
  })

  const long = Secret.of(new Uint8Array(32))
  test.each<[string, Zh]>([
    ['a GUSS that is none', withVector({}, '<guss')],
    ['CK of 256 bits', withVector({ ck: long })],
    ['IK of 256 bits', withVector({ ik: long })],
    ['RAND of 15 octets', withVector({ rand: rand.slice(1) })],
    ['AUTN of 15 octets', withVector({ autn: autn.slice(1) })],
    ['an empty XRES', withVector({ xres: Secret.of(new Uint8Array(0)) })],
  ])('%s: 503, and a line in the log', async (_, zh) => {
    const world = await createBsfWorld({ zh })
    expect((await world.ub(formatInitialRequest(IDENTITY))).status).toBe(503)
    expect(world.logged).toMatchObject([{ level: 'error', event: 'vector-unusable' }])
  })

  test('a GUSS of many services fits', async () => {
    const uss = Array.from(
      { length: 60 },
      (_, n) => `<uss id="${n}" type="0"><uids><uid>sip:a${n}@b.org</uid></uids><flags/></uss>`,
    )
    const guss = `<guss><ussList>${uss.join('')}</ussList></guss>`
    const world = await createBsfWorld({ subscriber: { guss } })
    const challenge = await challenged(world)
    const answer = answerTo(challenge, {}, plainRes(challenge))
    expect((await world.ub(requestWith(answer))).status).toBe(200)
  })
})

describe('a GUSS that no header can carry', () => {
  const guss = longGuss()
  const long = () => createBsfWorld({ subscriber: { guss } })
  const answered = async (world: BsfWorld) => {
    const challenge = await challenged(world)
    return requestWith(answerTo(challenge, {}, plainRes(challenge)))
  }

  test('is asked for again when the answer is right, by whatever node it reaches', async () => {
    const world = await long()
    const answer = await answered(world)
    expect((await world.ub(answer, world.node())).status).toBe(200)
    expect(world.asked).toEqual([{ impi: WORKED.impi }, { impi: WORKED.impi }])
    expect(
      await world.store.findBootstrappingSession(parseBtid(world.store.btids[0] ?? ''), NOW_MS),
    ).toMatchObject({
      guss,
    })
  })

  test('not for an answer that is wrong, nor for a copy of one that was right', async () => {
    const world = await long()
    const challenge = await challenged(world)
    const wrong = requestWith(answerTo(challenge, {}, resGbaU(challenge)))
    expect((await world.ub(wrong)).status).toBe(403)
    expect(world.asked).toHaveLength(1)

    const answer = await answered(world)
    const answers = await Promise.all(Array.from({ length: 5 }, () => world.ub(answer)))
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
    expect(statuses).toEqual([200, 401, 401, 401, 401])
    // Message 1, the GUSS, and a new challenge for each copy.
    expect(world.asked).toHaveLength(1 + 1 + 1 + 4)
    expect(world.store.btids).toHaveLength(1)
  })

  test('and not there any more: 503, and the UE starts again', async () => {
    const answers: ZhAnswer[] = [
      { outcome: 'success', impi: WORKED.impi, vector: VECTOR, guss },
      { outcome: 'unavailable' },
    ]
    const zh = { requestVector: async () => answers.shift() ?? { outcome: 'unavailable' as const } }
    const world = await createBsfWorld({ zh })
    const answer = await answered(world)
    expect((await world.ub(answer)).status).toBe(503)
    expect(world.store.btids).toHaveLength(0)
  })
})

/** Text that does not compress. */
function longGuss(): string {
  const { res } = createMilenage(WORKED).f2345(rand)
  let seed = res.reveal().reduce((sum, octet) => sum * 31 + octet, 7)
  const noise = Array.from({ length: 8000 }, () => {
    seed = (seed * 16_807) % 2_147_483_647
    return (seed % 36).toString(36)
  })
  return `<guss id="${noise.join('')}"/>`
}
