/** The UE and its TMPI. TS 33.220 4.5.2, B.4 */
import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { parseDigestAuthorization } from '../http-digest/digest-headers.ts'
import { parseBtid } from '../identity/btid.ts'
import { WORKED } from './gba-facts.fixture.ts'
import {
  CARD_SUCCESS,
  CARD_SYNC_FAILURE,
  CARD_UMTS_SUCCESS,
  createScriptedCard,
  type ScriptedCard,
} from './scripted-card.fixture.ts'
import { createTmpiMemory, type TmpiMemory } from './tmpi-memory.ts'
import { bootstrap } from './ub-client.ts'
import type { UbRequest, UbResponse } from './ub-exchange.ts'
import { formatChallenge, formatRefusal, formatSuccess } from './ub-messages.ts'

const BSF = { bsfName: WORKED.bsfName, product: 'bsf' }
const clock = createVirtualClock(Date.UTC(2026, 10, 23))

/** A good BSF. `change` sees its answers before the UE does. */
function createBsf(
  xres = WORKED.resGbaU,
  change: (response: UbResponse, username: string) => UbResponse = (response) => response,
) {
  const usernames: string[] = []
  const userAgents: string[] = []
  const answer = ({ headers, uri }: UbRequest): UbResponse => {
    const { cnonce, username, ...rest } = parseDigestAuthorization(headers.authorization?.[0] ?? '')
    usernames.push(username)
    userAgents.push(headers['user-agent']?.[0] ?? '')
    if (cnonce === undefined || rest.auts !== undefined) {
      const challenge = { nonce: WORKED.nonce, opaque: 'AAAA', stale: false }
      return change(formatChallenge(BSF, challenge), username)
    }
    const info = { btid: parseBtid(WORKED.btid), expiresAtMs: clock.nowMs() + 3_600_000 }
    const digest = { ...rest, username, uri, cnonce, password: xres }
    return change(formatSuccess('bsf', { info, digest }), username)
  }
  return { usernames, userAgents, exchange: async (request: UbRequest) => answer(request) }
}

const run = (
  card: ScriptedCard,
  ub: ReturnType<typeof createBsf>,
  tmpiMemory: TmpiMemory | undefined,
) =>
  bootstrap({
    card,
    ub,
    clock,
    random: createSeededRandom(1),
    ...(tmpiMemory && { tmpiMemory }),
  })

const cardOf = (runs: number) =>
  createScriptedCard(Array.from({ length: runs }, () => CARD_SUCCESS))
const { impi, tmpi } = WORKED
const withoutServer = (response: UbResponse): UbResponse => {
  const others = Object.entries(response.headers).filter(([name]) => name !== 'server')
  return { ...response, headers: Object.fromEntries(others) }
}
const refuseTmpi = (status: 400 | 403 | 429 | 503) => (response: UbResponse, username: string) =>
  username === tmpi ? formatRefusal('bsf', { status }) : response

describe('a UE with a memory for TMPI', () => {
  test('GBA facts 14: names itself by IMPI first, then by the TMPI that the card makes', async () => {
    const [memory, ub, card] = [createTmpiMemory(), createBsf(), cardOf(2)]
    for (const _ of [1, 2]) expect((await run(card, ub, memory)).outcome).toBe('success')
    expect(ub.usernames).toEqual([impi, impi, tmpi, tmpi])
    expect(new Set(ub.userAgents)).toEqual(new Set(['cpns-pn-gw; Release-6; 3gpp-gba-tmpi']))
  })

  test('with GBA_ME the UE makes it itself', async () => {
    const outcomes = [CARD_UMTS_SUCCESS, CARD_UMTS_SUCCESS]
    const card = createScriptedCard(outcomes, { supportsGbaU: false })
    const [memory, ub] = [createTmpiMemory(), createBsf(WORKED.res)]
    for (const _ of [1, 2]) expect((await run(card, ub, memory)).outcome).toBe('success')
    expect(ub.usernames).toEqual([impi, impi, tmpi, tmpi])
  })

  test('a resynchronisation goes on under the same name', async () => {
    const [memory, ub] = [createTmpiMemory(), createBsf()]
    await run(cardOf(1), ub, memory)
    const card = createScriptedCard([CARD_SYNC_FAILURE, CARD_SUCCESS])
    card.held = { rand: WORKED.rand, btid: parseBtid(WORKED.btid), keyLifetime: '' }
    memory.learn({ bsfName: WORKED.bsfName, deriveKsNaf: (nafId) => card.deriveKsExtNaf(nafId) })
    expect((await run(card, ub, memory)).outcome).toBe('success')
    expect(ub.usernames.slice(2)).toEqual([tmpi, tmpi, tmpi])
  })

  test('without a memory nothing of TMPI is said or used', async () => {
    const [ub, card] = [createBsf(), cardOf(2)]
    for (const _ of [1, 2]) await run(card, ub, undefined)
    expect(ub.usernames).toEqual([impi, impi, impi, impi])
    expect(new Set(ub.userAgents)).toEqual(new Set(['cpns-pn-gw; Release-6']))
  })

  test('a BSF that does not say 3gpp-gba-tmpi gets the IMPI', async () => {
    const [memory, card] = [createTmpiMemory(), cardOf(3)]
    await run(card, createBsf(), memory)
    const silent = createBsf(WORKED.resGbaU, withoutServer)
    for (const _ of [1, 2]) await run(card, silent, memory)
    expect(silent.usernames).toEqual([tmpi, tmpi, impi, impi])
  })

  test('a card that somebody else has used since gets a run with the IMPI', async () => {
    const [memory, ub, card] = [createTmpiMemory(), createBsf(), cardOf(2)]
    await run(card, ub, memory)
    card.held = { ...card.held!, btid: parseBtid(`AAAAAAAAAAAAAAAAAAAAAA==@${WORKED.bsfName}`) }
    await run(card, ub, memory)
    expect(ub.usernames).toEqual([impi, impi, impi, impi])
  })
})

describe('a TMPI that the BSF refuses', () => {
  test.each([400, 403] as const)('with %i: the UE starts again with its IMPI', async (status) => {
    const [memory, card] = [createTmpiMemory(), cardOf(2)]
    await run(card, createBsf(), memory)
    const ub = createBsf(WORKED.resGbaU, refuseTmpi(status))
    expect((await run(card, ub, memory)).outcome).toBe('success')
    expect(ub.usernames).toEqual([tmpi, impi, impi])
  })

  test.each([429, 503] as const)('%i is not about the TMPI: no IMPI is shown', async (status) => {
    const [memory, card] = [createTmpiMemory(), cardOf(2)]
    await run(card, createBsf(), memory)
    const ub = createBsf(WORKED.resGbaU, refuseTmpi(status))
    expect(await run(card, ub, memory)).toEqual({ outcome: 'refused', status })
    const good = createBsf()
    await run(card, good, memory)
    expect(ub.usernames).toEqual([tmpi])
    expect(good.usernames).toEqual([tmpi, tmpi])
  })

  test('is not used again after a run that failed under it', async () => {
    const [memory, ub] = [createTmpiMemory(), createBsf()]
    const card = createScriptedCard([CARD_SUCCESS, { outcome: 'mac-failure' }, CARD_SUCCESS])
    await run(card, ub, memory)
    expect((await run(card, ub, memory)).outcome).toBe('mac-failure')
    expect((await run(card, ub, memory)).outcome).toBe('success')
    expect(ub.usernames).toEqual([impi, impi, tmpi, impi, impi])
  })
})
