/** What every form of Zn has to do between a NAF and a BSF, whatever carries it. TS 29.109 5 */
import { afterEach, describe, expect, test } from 'vitest'
import type { ZnServer } from '../../src/adapters/in-process/zn.ts'
import type { BootstrappingSession } from '../../src/bsf/bsf-store.ts'
import { createBsf } from '../../src/bsf/create-bsf.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { formatGuss, parseUssList, type Uss } from '../../src/gba/guss.ts'
import type { Zn, ZnAnswer, ZnRequest } from '../../src/gba/zn.ts'
import { formatBtid, parseBtid } from '../../src/identity/btid.ts'
import { parseFqdn } from '../../src/identity/fqdn.ts'
import { parseUaId, UA_ID_CPNS } from '../../src/identity/naf-id.ts'
import { toHex } from '../../src/octets/octets.ts'
import { createMemoryBsfStore } from '../support/memory-bsf-store.ts'
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

/** Zn through the adapter under test. */
export interface ZnLink extends Link {
  readonly zn: Zn
  /** Absent if BSF and NAF are one process. */
  readonly bsf?: FarSide
}

/** How a NAF is to be linked. */
export interface ZnLinkOptions extends LinkOptions {
  /** Identity of the NAF, which the adapter has to prove to the BSF. */
  readonly originHost: string
}

/** How Zn is carried. */
export interface ZnContractOptions {
  /** Serves this BSF and connects to it. */
  connect(bsf: ZnServer, options: ZnLinkOptions): Promise<ZnLink>
  /** Whether BSF and NAF can lose each other; then `ZnLink.bsf` is there. */
  readonly remote: boolean
}

/** The NAF of most tests; the BSF knows it by this name. */
const NAF = 'naf.example.org'
/** A NAF of group `A` that serves nobody without settings. */
const NAF_OF_GROUP = 'naf-a.example.org'
/** As long as a domain name may be. */
const LONG_FQDN = parseFqdn(`${`${'n'.repeat(62)}.`.repeat(4)}b`)
const NAFS = [
  { originHost: NAF, fqdns: [WORKED.nafFqdn, LONG_FQDN] },
  { originHost: NAF_OF_GROUP, fqdns: [WORKED.nafFqdn], nafGroup: 'A', ussRequired: true },
]
const USS: Uss = { gsid: 1_000_001, type: 0, uids: ['alice', 'Ålice "&" <b>'], flags: [1] }
const USS_OF_GROUP: Uss = {
  gsid: 4_294_967_295,
  type: 4_294_967_295,
  nafGroup: 'A',
  uids: [],
  flags: [],
  keyChoice: 'UICC_BASED_KEY',
}
const CREATED_AT_MS = Date.UTC(2026, 0, 1)
const SESSION: BootstrappingSession = {
  btid: parseBtid(WORKED.btid),
  impi: WORKED.impi,
  rand: WORKED.rand,
  ks: Secret.of(new Uint8Array([...WORKED.ck.reveal(), ...WORKED.ik.reveal()])),
  gbaType: 'GBA_U',
  createdAtMs: CREATED_AT_MS,
  expiresAtMs: CREATED_AT_MS + 86_400_000,
  guss: formatGuss({ uiccType: 'GBA_U', ussList: [USS, USS_OF_GROUP] }),
}
const REQUEST: ZnRequest = {
  btid: SESSION.btid,
  nafId: { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS },
  gsids: [],
  gbaUAware: true,
}
const UNAVAILABLE = { outcome: 'unavailable' }

type Success = Extract<ZnAnswer, { readonly outcome: 'success' }>

/** An answer with its keys in the open, so that a difference shows where it is. */
function shown(answer: ZnAnswer) {
  if (answer.outcome !== 'success') return answer
  const { meKeyMaterial, uiccKeyMaterial, ussList, ...rest } = answer
  return {
    ...rest,
    me: toHex(meKeyMaterial.reveal()),
    uicc: uiccKeyMaterial && toHex(uiccKeyMaterial.reveal()),
    ussList: ussList === undefined ? undefined : parseUssList(ussList),
  }
}

function assertSuccess(answer: ZnAnswer): asserts answer is Success {
  expect(answer).toMatchObject({ outcome: 'success' })
}

/** The BSF role with these sessions, what it was asked and what it has answered. */
async function createWatchedBsf(sessions: readonly BootstrappingSession[]) {
  const store = createMemoryBsfStore()
  const clock = createVirtualClock(CREATED_AT_MS)
  for (const session of sessions) {
    const forgetAfterMs = session.expiresAtMs
    await store.completeBootstrapping(session, { rand: session.rand, forgetAfterMs })
  }
  const bsf = createBsf(
    { bsfName: WORKED.bsfName, nafs: NAFS },
    {
      zh: { requestVector: async () => ({ outcome: 'unavailable' }) },
      store,
      clock,
      random: createSeededRandom('bsf'),
    },
  )
  const asked: { readonly originHost: string; readonly request: ZnRequest }[] = []
  const answered: ZnAnswer[] = []
  const watched: ZnServer = {
    async bootstrappingInfo({ originHost }, request) {
      asked.push({ originHost, request })
      const answer = await bsf.bootstrappingInfo({ originHost }, request)
      answered.push(answer)
      return answer
    },
  }
  return { store, clock, bsf: watched, asked, answered }
}

/** Runs the suite for one form of Zn. */
export function runZnContract(name: string, { connect, remote }: ZnContractOptions): void {
  const links: ZnLink[] = []
  afterEach(async () => {
    await Promise.all(links.splice(0).map((link) => link.close()))
  })
  const link: Connect = async (bsf, options = {}) => {
    const opened = await connect(bsf, { originHost: NAF, ...PATIENT, ...options })
    links.push(opened)
    return opened
  }
  const world: World = async (session = SESSION, originHost = NAF) => {
    const watched = await createWatchedBsf([session])
    const { zn } = await link(watched.bsf, { originHost })
    return {
      ...watched,
      ask: (change = {}) => zn.requestBootstrappingInfo({ ...REQUEST, ...change }),
    }
  }

  describe(`Zn contract: ${name}`, () => {
    runKeys(world)
    runSettings(world)
    runRefusals(world)
    runParallel(link)
    if (remote) runLosses(link)
  })
}

type Ask = (change?: Partial<ZnRequest>) => Promise<ZnAnswer>
type World = (
  session?: BootstrappingSession,
  originHost?: string,
) => Promise<{ readonly ask: Ask } & Awaited<ReturnType<typeof createWatchedBsf>>>
type Connect = (bsf: ZnServer, options?: Partial<ZnLinkOptions>) => Promise<ZnLink>

function runKeys(world: World): void {
  test('both keys of GBA_U come as the BSF derived them, and the request as the NAF made it', async () => {
    const { ask, asked, answered } = await world()
    const answer = await ask()
    expect(asked).toMatchObject([{ request: REQUEST }])
    expect(asked[0]?.originHost.toLowerCase()).toBe(NAF)
    assertSuccess(answer)
    expect(shown(answer)).toEqual(shown(answered[0] as Success))
    expect(answer.uiccKeyMaterial).toHaveLength(32)
    expect(answer).not.toHaveProperty('ussList')
    expect(answer).toMatchObject({
      impi: WORKED.impi,
      keyExpiresAtMs: SESSION.expiresAtMs,
      bootstrappedAtMs: SESSION.createdAtMs,
    })
  })

  test('a NAF that does not know GBA_U gets no UICC-Key-Material', async () => {
    const { ask, answered } = await world()
    const answer = await ask({ gbaUAware: false })
    expect(answer).not.toHaveProperty('uiccKeyMaterial')
    expect(shown(answer)).toEqual(shown(answered[0] as Success))
  })

  test('GBA_ME has no UICC-Key-Material', async () => {
    const { ask, answered } = await world({ ...SESSION, gbaType: 'GBA_ME' })
    const answer = await ask()
    expect(answer).not.toHaveProperty('uiccKeyMaterial')
    expect(shown(answer)).toEqual(shown(answered[0] as Success))
  })

  test.each(['0000000000', 'ffffffffff', '010001c02b', '0a0d002240'])(
    'the octets of Ua id %s pass unchanged',
    async (text) => {
      const { ask, asked } = await world()
      const nafId = { nafFqdn: LONG_FQDN, uaId: parseUaId(text) }
      assertSuccess(await ask({ nafId }))
      expect(asked[0]?.request.nafId).toEqual(nafId)
    },
  )

  test('a B-TID with "/" and "+" in it, and times on both sides of 2036', async () => {
    const rand = new Uint8Array(16).fill(0xfb)
    const btid = formatBtid({
      rand: new Uint8Array([...rand.subarray(1), 0xff]),
      bsfName: WORKED.bsfName,
    })
    const expiresAtMs = Date.UTC(2036, 1, 8)
    const { ask } = await world({ ...SESSION, btid, rand, expiresAtMs })
    expect(btid).toMatch(/\/.*\+|\+.*\//)
    expect(await ask({ btid })).toMatchObject({
      outcome: 'success',
      keyExpiresAtMs: expiresAtMs,
      bootstrappedAtMs: CREATED_AT_MS,
    })
  })
}

function runSettings(world: World): void {
  const ussOf = (answer: ZnAnswer): readonly Uss[] => {
    assertSuccess(answer)
    return parseUssList(answer.ussList ?? '')
  }

  test('the settings of the services asked for, unchanged', async () => {
    const { ask, asked } = await world(SESSION, NAF_OF_GROUP)
    const gsids = [USS.gsid, USS_OF_GROUP.gsid, 0]
    expect(ussOf(await ask({ gsids }))).toEqual([USS, USS_OF_GROUP])
    expect(asked[0]?.request.gsids).toEqual(gsids)
  })

  test('settings of another group of NAFs are not for this one', async () => {
    const { ask } = await world()
    expect(ussOf(await ask({ gsids: [USS.gsid, USS_OF_GROUP.gsid] }))).toEqual([USS])
  })

  test('many services, and long settings', async () => {
    const ussList = Array.from({ length: 50 }, (_, n) => ({
      ...USS,
      gsid: n,
      uids: [`${n}`, 'ü'.repeat(200)],
    }))
    const { ask } = await world({ ...SESSION, guss: formatGuss({ ussList }) })
    expect(ussOf(await ask({ gsids: ussList.map(({ gsid }) => gsid) }))).toEqual(ussList)
  })
}

function runRefusals(world: World): void {
  const NOT_AUTHORIZED = { outcome: 'not-authorized' }
  const INVALID = { outcome: 'transaction-identifier-invalid' }

  test('an FQDN that this NAF may not use', async () => {
    const { ask } = await world()
    const nafId = { ...REQUEST.nafId, nafFqdn: parseFqdn('elsewhere.example.org') }
    expect(await ask({ nafId })).toEqual(NOT_AUTHORIZED)
  })

  test('a NAF that needs settings, of a subscriber without', async () => {
    const { ask } = await world(SESSION, NAF_OF_GROUP)
    expect(await ask({ gsids: [7] })).toEqual(NOT_AUTHORIZED)
  })

  test('a NAF that the BSF does not know', async () => {
    const { ask } = await world(SESSION, 'stranger.example.org')
    expect(await ask()).toEqual(NOT_AUTHORIZED)
  })

  test('an unknown B-TID, and one that has expired', async () => {
    const { ask, clock } = await world()
    const btid = formatBtid({ rand: new Uint8Array(16), bsfName: WORKED.bsfName })
    expect(await ask({ btid })).toEqual(INVALID)
    clock.jumpWall(SESSION.expiresAtMs - CREATED_AT_MS)
    expect(await ask()).toEqual(INVALID)
  })

  test('a BSF that cannot answer, and then can', async () => {
    const { ask, store } = await world()
    store.broken = true
    expect(await ask()).toEqual(UNAVAILABLE)
    store.broken = false
    assertSuccess(await ask())
  })
}

function runParallel(link: Connect): void {
  test('200 requests at once: each its own answer', async () => {
    const sessions = Array.from({ length: 200 }, (_, n) => {
      const rand = new Uint8Array(16).fill(n)
      const btid = formatBtid({ rand, bsfName: WORKED.bsfName })
      return { ...SESSION, rand, btid }
    })
    const { bsf } = await createWatchedBsf(sessions)
    const { zn } = await link(bsf)
    const ask = ({ btid }: BootstrappingSession) =>
      zn.requestBootstrappingInfo({ ...REQUEST, btid })
    const answers = await Promise.all(sessions.map(ask))
    const expected = await Promise.all(
      sessions.map(({ btid }) => bsf.bootstrappingInfo({ originHost: NAF }, { ...REQUEST, btid })),
    )
    expect(answers.map(shown)).toEqual(expected.map(shown))
  })

  test('answers that come in another order than the requests', async () => {
    const slow = signal()
    const bsf: ZnServer = {
      async bootstrappingInfo(_, { gbaUAware }) {
        if (gbaUAware) await slow.raised
        else slow.raise()
        return { outcome: gbaUAware ? 'not-authorized' : 'transaction-identifier-invalid' }
      },
    }
    const { zn } = await link(bsf)
    const first = zn.requestBootstrappingInfo(REQUEST)
    const second = await zn.requestBootstrappingInfo({ ...REQUEST, gbaUAware: false })
    expect(second).toEqual({ outcome: 'transaction-identifier-invalid' })
    expect(await first).toEqual({ outcome: 'not-authorized' })
  })
}

/** What only a far side does that is not in the same process. */
function runLosses(link: Connect): void {
  const silent = () => {
    const asked = signal()
    const bsf: ZnServer = {
      bootstrappingInfo() {
        asked.raise()
        return new Promise(() => {})
      },
    }
    return { bsf, asked }
  }

  test('no answer in time', async () => {
    const { zn } = await link(silent().bsf, HASTY)
    expect(await zn.requestBootstrappingInfo(REQUEST)).toEqual(UNAVAILABLE)
  })

  test('a BSF whose program fails', async () => {
    const bootstrappingInfo = () => Promise.reject(new Error('a fault of the BSF'))
    const { zn } = await link({ bootstrappingInfo })
    expect(await zn.requestBootstrappingInfo(REQUEST)).toEqual(UNAVAILABLE)
  })

  test('the BSF goes away before it has answered', async () => {
    const { bsf, asked } = silent()
    const { zn, bsf: far } = await link(bsf)
    const answer = zn.requestBootstrappingInfo(REQUEST)
    await asked.raised
    await far?.vanish()
    expect(await answer).toEqual(UNAVAILABLE)
  })

  test('the BSF is gone, and comes back', async () => {
    const { bsf } = await createWatchedBsf([SESSION])
    const { zn, bsf: far } = await link(bsf)
    const ask = () => zn.requestBootstrappingInfo(REQUEST)
    assertSuccess(await ask())
    await far?.vanish()
    expect(await ask()).toEqual(UNAVAILABLE)
    await far?.comeBack()
    await askUntil('success', ask)
  })

  test('who has closed it asks no more', async () => {
    const opened = await link((await createWatchedBsf([SESSION])).bsf)
    await opened.close()
    expect(await opened.zn.requestBootstrappingInfo(REQUEST)).toEqual(UNAVAILABLE)
  })
}
