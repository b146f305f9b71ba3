/** What every form of Zh has to do between a BSF and an HSS, whatever carries it. TS 29.109 4 */
import { afterEach, describe, expect, test } from 'vitest'
import { createMilenage } from '../../src/aka/milenage.ts'
import { buildAuts } from '../../src/aka/resynchronize.ts'
import { decodeSqn } from '../../src/aka/sqn.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { formatGuss, type Guss, parseGuss } from '../../src/gba/guss.ts'
import type { Zh, ZhAnswer, ZhRequest } from '../../src/gba/zh.ts'
import { createHss } from '../../src/hss/create-hss.ts'
import type { Subscriber } from '../../src/hss/hss-store.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import { toHex, xorOctets } from '../../src/octets/octets.ts'
import { createMemoryHssStore } from '../support/memory-hss-store.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import {
  askUntil,
  type FarSide,
  HASTY,
  type Link,
  type LinkOptions,
  PATIENT,
  signal,
} from './far-side.ts'

/** Zh through the adapter under test. */
export interface ZhLink extends Link {
  readonly zh: Zh
  /** Absent if HSS and BSF are one process. */
  readonly hss?: FarSide
}

/** How Zh is carried. */
export interface ZhContractOptions {
  /** Serves this HSS and connects to it. */
  connect(hss: Zh, options: LinkOptions): Promise<ZhLink>
  /** Whether HSS and BSF can lose each other; then `ZhLink.hss` is there. */
  readonly remote: boolean
  /** Whether the form has a place for the `id` of a GUSS; default `carried`. */
  readonly gussId?: 'carried' | 'lost'
}

const FUNCTIONS = createMilenage(WORKED)
const SUBSCRIBER: Subscriber = {
  impi: WORKED.impi,
  algorithm: 'milenage',
  subscriberKey: WORKED.k,
  operatorVariant: WORKED.opc,
  amf: WORKED.amf,
}
const TUAK: Subscriber = {
  ...SUBSCRIBER,
  algorithm: 'tuak',
  operatorVariant: Secret.of(new Uint8Array(32).fill(3)),
}
const TUAK_LENGTHS = { ckLength: 16, ikLength: 16, macLength: 8, iterations: 1 }
const GUSS: Guss = {
  id: 'café & <co>',
  uiccType: 'GBA_U',
  lifeTimeSeconds: 3600,
  ussList: [
    { gsid: 1, type: 0, uids: ['alice', 'Ålice "&" <b>'], flags: [1, 4_294_967_295] },
    {
      gsid: 4_294_967_295,
      type: 2,
      nafGroup: 'A',
      uids: [],
      flags: [],
      keyChoice: 'UICC_BASED_KEY',
    },
  ],
}
const NOBODY = parseImpi('nobody@ims.example')
const UNAVAILABLE = { outcome: 'unavailable' }

type Success = Extract<ZhAnswer, { readonly outcome: 'success' }>

/** A vector and its subscriber, so that a difference shows where it is. */
function shown({ impi, vector: { rand, autn, xres, ck, ik } }: Success) {
  const [xresHex, ckHex, ikHex] = [xres, ck, ik].map((secret) => toHex(secret.reveal()))
  return { impi, rand: toHex(rand), autn: toHex(autn), xresHex, ckHex, ikHex }
}

function assertSuccess(answer: ZhAnswer): asserts answer is Success {
  expect(answer).toMatchObject({ outcome: 'success' })
}

/** The HSS role with these subscribers, and what it has answered. */
async function createWatchedHss(subscribers: readonly Subscriber[]) {
  const store = createMemoryHssStore()
  for (const subscriber of subscribers) await store.addSubscriber(subscriber)
  const ports = { store, clock: createVirtualClock(), random: createSeededRandom('hss') }
  const hss = createHss({ nodeName: 'hss' }, ports)
  const asked: ZhRequest[] = []
  const answered: ZhAnswer[] = []
  const watched: Zh = {
    async requestVector(request) {
      asked.push(request)
      const answer = await hss.requestVector(request)
      answered.push(answer)
      return answer
    },
  }
  return { store, hss: watched, asked, answered }
}

/** Runs the suite for one form of Zh. */
export function runZhContract(
  name: string,
  { connect, remote, gussId = 'carried' }: ZhContractOptions,
): void {
  const links: ZhLink[] = []
  afterEach(async () => {
    await Promise.all(links.splice(0).map((link) => link.close()))
  })
  const link = async (hss: Zh, options: LinkOptions = PATIENT): Promise<ZhLink> => {
    const opened = await connect(hss, options)
    links.push(opened)
    return opened
  }
  const world = async (...subscribers: readonly Subscriber[]) => {
    const watched = await createWatchedHss(subscribers)
    const { zh } = await link(watched.hss)
    return { ...watched, zh }
  }

  describe(`Zh contract: ${name}`, () => {
    runAnswers(world, gussId)
    runParallel(world, link)
    if (remote) runLosses(link)
  })
}

type World = (
  ...subscribers: readonly Subscriber[]
) => Promise<{ readonly zh: Zh } & Awaited<ReturnType<typeof createWatchedHss>>>
type Connect = (hss: Zh, options?: LinkOptions) => Promise<ZhLink>

function runAnswers(world: World, gussId: 'carried' | 'lost'): void {
  test('a vector comes as the HSS made it, without a GUSS if there is none', async () => {
    const { zh, asked, answered } = await world(SUBSCRIBER)
    const answer = await zh.requestVector({ impi: WORKED.impi })
    expect(asked).toEqual([{ impi: WORKED.impi }])
    assertSuccess(answer)
    expect(shown(answer)).toEqual(shown(answered[0] as Success))
    expect(answer).not.toHaveProperty('guss')
  })

  test.each([4, 8, 16])('XRES of %d octets', async (resLength) => {
    const { zh, answered } = await world({ ...TUAK, tuak: { ...TUAK_LENGTHS, resLength } })
    const answer = await zh.requestVector({ impi: WORKED.impi })
    assertSuccess(answer)
    expect(answer.vector.xres).toHaveLength(resLength)
    expect(shown(answer)).toEqual(shown(answered[0] as Success))
  })

  test.each([
    ['an empty one', { ussList: [] }],
    ['one of GBA_ME', { uiccType: 'GBA', ussList: [] }],
    ['one with everything in it', GUSS],
    [
      'a long one',
      { ...GUSS, ussList: Array.from({ length: 300 }, () => GUSS.ussList[0] as never) },
    ],
  ] as const)('a GUSS means what it meant: %s', async (_, guss) => {
    const { zh } = await world({ ...SUBSCRIBER, guss: formatGuss(guss) })
    const answer = await zh.requestVector({ impi: WORKED.impi })
    assertSuccess(answer)
    const expected = gussId === 'carried' ? guss : { ...guss, id: undefined }
    expect(parseGuss(answer.guss ?? '')).toEqual(expected)
  })

  test.each(['a@b.example', `${'u'.repeat(200)}@${'d'.repeat(50)}.org`])(
    'an IMPI of any length: %s',
    async (text) => {
      const impi = parseImpi(text)
      const { zh, asked } = await world({ ...SUBSCRIBER, impi })
      const answer = await zh.requestVector({ impi })
      expect([answer, asked]).toMatchObject([{ outcome: 'success', impi }, [{ impi }]])
    },
  )

  test('an unknown IMPI', async () => {
    const { zh } = await world(SUBSCRIBER)
    const answer = await zh.requestVector({ impi: NOBODY })
    expect(answer).toEqual({ outcome: 'identity-unknown' })
  })

  test('AUTS of the card: the next vector is above it', async () => {
    const { zh, asked } = await world(SUBSCRIBER)
    const first = await zh.requestVector({ impi: WORKED.impi })
    assertSuccess(first)
    const { rand } = first.vector
    const sqnMs = 0x1000n
    const resynchronization = { rand, auts: buildAuts(FUNCTIONS, { rand, sqnMs }) }
    const second = await zh.requestVector({ impi: WORKED.impi, resynchronization })
    assertSuccess(second)
    expect(asked[1]).toEqual({ impi: WORKED.impi, resynchronization })
    const { ak } = FUNCTIONS.f2345(second.vector.rand)
    const sqn = decodeSqn(xorOctets(second.vector.autn.subarray(0, 6), ak))
    expect(sqn > sqnMs).toBe(true)
  })

  test('AUTS that does not verify is refused', async () => {
    const { zh } = await world(SUBSCRIBER)
    const resynchronization = { rand: WORKED.rand, auts: new Uint8Array(14) }
    const answer = await zh.requestVector({ impi: WORKED.impi, resynchronization })
    expect(answer).toEqual({ outcome: 'resynchronization-refused' })
  })

  test('an HSS that cannot answer, and then can', async () => {
    const { zh, store } = await world(SUBSCRIBER)
    store.broken = true
    expect(await zh.requestVector({ impi: WORKED.impi })).toEqual(UNAVAILABLE)
    store.broken = false
    expect(await zh.requestVector({ impi: WORKED.impi })).toMatchObject({ outcome: 'success' })
  })
}

function runParallel(world: World, link: Connect): void {
  test('200 requests at once: each its own vector', async () => {
    const impis = Array.from({ length: 20 }, (_, n) => parseImpi(`user${n}@ims.example`))
    const { zh } = await world(...impis.map((impi) => ({ ...SUBSCRIBER, impi })))
    const requests = Array.from({ length: 10 }, () => impis).flat()
    const answers = await Promise.all(requests.map((impi) => zh.requestVector({ impi })))
    const rands = answers.map((answer) => {
      assertSuccess(answer)
      return toHex(answer.vector.rand)
    })
    expect(new Set(rands).size).toBe(200)
    expect(answers.map((answer) => (answer as Success).impi)).toEqual(requests)
  })

  test('answers that come in another order than the requests', async () => {
    const slow = signal()
    const hss: Zh = {
      async requestVector({ impi }) {
        if (impi === WORKED.impi) await slow.raised
        else slow.raise()
        return impi === NOBODY ? { outcome: 'identity-unknown' } : { outcome: 'unavailable' }
      },
    }
    const { zh } = await link(hss)
    const first = zh.requestVector({ impi: WORKED.impi })
    expect(await zh.requestVector({ impi: NOBODY })).toEqual({ outcome: 'identity-unknown' })
    expect(await first).toEqual(UNAVAILABLE)
  })
}

/** What only a far side does that is not in the same process. */
function runLosses(link: Connect): void {
  const silent = () => {
    const asked = signal()
    const hss: Zh = {
      requestVector() {
        asked.raise()
        return new Promise(() => {})
      },
    }
    return { hss, asked }
  }

  test('no answer in time', async () => {
    const { zh } = await link(silent().hss, HASTY)
    expect(await zh.requestVector({ impi: WORKED.impi })).toEqual(UNAVAILABLE)
  })

  test('an HSS whose program fails', async () => {
    const { zh } = await link({
      requestVector: () => Promise.reject(new Error('a fault of the HSS')),
    })
    expect(await zh.requestVector({ impi: WORKED.impi })).toEqual(UNAVAILABLE)
  })

  test('the HSS goes away before it has answered', async () => {
    const { hss, asked } = silent()
    const { zh, hss: far } = await link(hss)
    const answer = zh.requestVector({ impi: WORKED.impi })
    await asked.raised
    await far?.vanish()
    expect(await answer).toEqual(UNAVAILABLE)
  })

  test('the HSS is gone, and comes back', async () => {
    const { hss } = await createWatchedHss([SUBSCRIBER])
    const { zh, hss: far } = await link(hss)
    const ask = () => zh.requestVector({ impi: WORKED.impi })
    expect(await ask()).toMatchObject({ outcome: 'success' })
    await far?.vanish()
    expect(await ask()).toEqual(UNAVAILABLE)
    await far?.comeBack()
    await askUntil('success', ask)
  })

  test('who has closed it asks no more', async () => {
    const opened = await link((await createWatchedHss([SUBSCRIBER])).hss)
    await opened.close()
    expect(await opened.zh.requestVector({ impi: WORKED.impi })).toEqual(UNAVAILABLE)
  })
}
