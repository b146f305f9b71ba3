import { beforeEach, describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { AuthenticationFailed, ConfigurationInvalid, TransportFailed } from '../errors/errors.ts'
import type { EuKeyOperations } from '../gba/gba-card.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { deriveKsExtNaf, deriveKsNaf, ksOf } from '../gba/ks-naf.ts'
import {
  CARD_SUCCESS,
  CARD_SYNC_FAILURE,
  CARD_UMTS_SUCCESS,
  createScriptedCard,
  type ScriptedCard,
} from '../gba/scripted-card.fixture.ts'
import type { UbRequest, UbResponse } from '../gba/ub-exchange.ts'
import { formatChallenge, formatRefusal, formatSuccess } from '../gba/ub-messages.ts'
import { parseDigestAuthorization } from '../http-digest/digest-headers.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { encodeNafId, type NafId, UA_ID_CPNS, UA_ID_HTTP_DIGEST } from '../identity/naf-id.ts'
import { utf8 } from '../octets/octets.ts'
import type { TraceItem } from '../trace/trace.ts'
import { createGbaCredentials } from './gba-credentials.ts'

const NOW_MS = Date.UTC(2026, 10, 23, 10)
const LIFE_MS = 86_400_000
const NAF_ID: NafId = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS }

let clock: VirtualClock
/** What the BSF answers, one after the other; then what a good one does. */
let script: ((request: UbRequest) => UbResponse | undefined)[]
let runs: number

beforeEach(() => {
  clock = createVirtualClock(NOW_MS)
  script = []
  runs = 0
})

/** A good BSF: challenges, and takes the worked example's RES. */
function answerWell(request: UbRequest, xres = WORKED.resGbaU): UbResponse {
  const { cnonce = '', ...authorization } = parseDigestAuthorization(
    request.headers.authorization?.[0] ?? '',
  )
  const isFirst = authorization.response === ''
  if (isFirst || authorization.auts !== undefined) {
    runs += isFirst ? 1 : 0
    const bsf = { bsfName: WORKED.bsfName, product: 'bsf' }
    return formatChallenge(bsf, { nonce: WORKED.nonce, opaque: 'AAAA', stale: false })
  }
  const btid = parseBtid(WORKED.btid)
  const info = { btid, expiresAtMs: clock.nowMs() + LIFE_MS, currentTimeMs: clock.nowMs() }
  return formatSuccess('bsf', { info, digest: { ...authorization, cnonce, password: xres } })
}

function credentialsWith(
  card: ScriptedCard,
  options: { bsfName?: ReturnType<typeof parseFqdn>; aheadMs?: number } = {},
) {
  const traced: TraceItem[] = []
  const source = createGbaCredentials(
    { nafId: NAF_ID, entityName: 'PN GW', ...options },
    {
      card,
      clock,
      random: createSeededRandom(),
      trace: (item) => void traced.push(item),
      ub: { exchange: async (request) => script.shift()?.(request) ?? answerWell(request) },
    },
  )
  return { source, traced }
}

const goodCard = (times = 1): ScriptedCard =>
  createScriptedCard(Array.from({ length: times }, () => CARD_SUCCESS))

describe('the EUKey', () => {
  test('is Ks_ext_NAF of a GBA_U run, under its B-TID', async () => {
    const { euKey, keyType, btid } = await credentialsWith(goodCard()).source.obtain()
    expect([keyType, btid]).toEqual(['ks-ext-naf', WORKED.btid])
    const input = { rand: WORKED.rand, impi: WORKED.impi, nafId: encodeNafId(NAF_ID) }
    expect(euKey?.equals(deriveKsExtNaf(ksOf(WORKED), input))).toBe(true)
  })

  test('is Ks_NAF with a card that has no GBA, and says so', async () => {
    script = [answerWell, (request) => answerWell(request, WORKED.res)]
    const card = createScriptedCard([CARD_UMTS_SUCCESS], { supportsGbaU: false })
    const { euKey, keyType } = await credentialsWith(card).source.obtain()
    expect(keyType).toBe('ks-naf')
    const input = { rand: WORKED.rand, impi: WORKED.impi, nafId: encodeNafId(NAF_ID) }
    expect(euKey?.equals(deriveKsNaf(ksOf(WORKED), input))).toBe(true)
  })

  test('is made once and kept', async () => {
    const { source } = credentialsWith(goodCard())
    expect(await source.obtain()).toBe(await source.obtain())
    expect(runs).toBe(1)
  })

  test('is made anew when it has expired', async () => {
    const { source } = credentialsWith(goodCard(2))
    await source.obtain()
    await clock.advance(LIFE_MS - 1)
    await source.obtain()
    expect(runs).toBe(1)
    await clock.advance(1)
    await source.obtain()
    expect(runs).toBe(2)
  })

  test('is made anew ahead of its end, once', async () => {
    const { source } = credentialsWith(goodCard(2), { aheadMs: 60_000 })
    await source.obtain()
    await clock.advance(LIFE_MS - 60_001)
    await source.obtain()
    expect(runs).toBe(1)
    await clock.advance(1)
    await source.obtain()
    await source.obtain()
    expect(runs).toBe(2)
  })

  test('is not made anew in the first half of its life', async () => {
    const { source } = credentialsWith(goodCard(2), { aheadMs: LIFE_MS })
    await source.obtain()
    await clock.advance(LIFE_MS / 2 - 1)
    await source.obtain()
    expect(runs).toBe(1)
    await clock.advance(1)
    await source.obtain()
    expect(runs).toBe(2)
  })

  test('is used to its end while the BSF cannot be reached, and no longer', async () => {
    const { source } = credentialsWith(goodCard(), { aheadMs: 60_000 })
    const former = await source.obtain()
    const unreachable = () => {
      throw new TransportFailed('no way to the BSF')
    }
    script = [unreachable, unreachable]
    await clock.advance(LIFE_MS - 1)
    expect(await source.obtain()).toBe(former)
    await clock.advance(1)
    await expect(source.obtain()).rejects.toThrow('no way to the BSF')
  })

  test('of PSK-TLS is made anew ahead of its end too', async () => {
    const { source } = credentialsWith(goodCard(2), { aheadMs: 60_000 })
    const wanted = { nafId: NAF_ID, keyUse: 'ME' } as const
    await source.uaKeys.obtain(wanted)
    await clock.advance(LIFE_MS - 60_000)
    const { expiresAtMs } = await source.uaKeys.obtain(wanted)
    expect([runs, expiresAtMs]).toEqual([2, clock.nowMs() + LIFE_MS])
  })

  test('of a run made by hand is used, and not made again', async () => {
    const { source } = credentialsWith(goodCard())
    expect(await source.bootstrap()).toEqual({
      btid: WORKED.btid,
      expiresAtMs: NOW_MS + LIFE_MS,
      gbaType: 'GBA_U',
    })
    expect((await source.obtain()).btid).toBe(WORKED.btid)
    expect(runs).toBe(1)
  })

  test('a run by hand always is a new one', async () => {
    const { source } = credentialsWith(goodCard(2))
    await source.bootstrap()
    await source.bootstrap()
    expect(runs).toBe(2)
  })

  test('of a card that somebody else has bootstrapped with meanwhile is made anew', async () => {
    const card = goodCard(2)
    const { source } = credentialsWith(card)
    await source.bootstrap()
    card.held = undefined
    await source.obtain()
    expect(runs).toBe(2)
  })

  test('of a card that loses it each time is given up', async () => {
    const card = { ...goodCard(1), readBootstrap: async () => undefined }
    await expect(credentialsWith(card).source.obtain()).rejects.toThrow(
      'the card lost its bootstrapping key',
    )
    expect(runs).toBe(1)
  })

  test('is asked of the card by one at a time', async () => {
    const card = goodCard(2)
    let atOnce = 0
    let most = 0
    const counted: ScriptedCard = {
      ...card,
      async bootstrap(challenge) {
        atOnce += 1
        most = Math.max(most, atOnce)
        await clock.advance(0)
        atOnce -= 1
        return await card.bootstrap(challenge)
      },
    }
    const { source } = credentialsWith(counted)
    await Promise.all([source.bootstrap(), source.bootstrap(), source.obtain(), source.obtain()])
    expect([most, runs]).toEqual([1, 2])
  })
})

describe('after a 402', () => {
  test('there is a new run, even if the key is still good', async () => {
    const { source } = credentialsWith(goodCard(2))
    await source.obtain()
    await source.obtain({})
    expect(runs).toBe(2)
  })

  test('hints that are as configured are welcome', async () => {
    const { source } = credentialsWith(goodCard(1))
    await source.obtain({ naf: WORKED.nafFqdn, uaId: UA_ID_CPNS, bsf: WORKED.bsfName })
    expect(runs).toBe(1)
  })

  test.each([
    ['NAF', { naf: parseFqdn('elsewhere.example') }, 'elsewhere.example', WORKED.nafFqdn],
    ['UaID', { uaId: UA_ID_HTTP_DIGEST }, UA_ID_HTTP_DIGEST, UA_ID_CPNS],
    ['BSF', { bsf: parseFqdn('bsf.elsewhere.example') }, 'bsf.elsewhere.example', WORKED.bsfName],
  ])('another %s than configured ends it, with both named', async (name, hints, said, wanted) => {
    const obtaining = credentialsWith(goodCard()).source.obtain(hints)
    await expect(obtaining).rejects.toThrow(ConfigurationInvalid)
    await expect(obtaining).rejects.toThrow(
      `the server names ${name} ${said}, but ${wanted} is configured here`,
    )
    expect(runs).toBe(0)
  })
})

describe('what goes wrong is named by the check that failed', () => {
  const refuse = (status: 403 | 500 | 503) => () => formatRefusal('bsf', { status })
  const failing = async (card: ScriptedCard): Promise<Error> => {
    const { source } = credentialsWith(card)
    const error = await source.obtain().then(
      () => new Error('it went well'),
      (thrown: Error) => thrown,
    )
    return error
  }

  test('the card: AUTN with a wrong MAC', async () => {
    const error = await failing(createScriptedCard([{ outcome: 'mac-failure' }]))
    expect(error).toBeInstanceOf(AuthenticationFailed)
    expect(error.message).toContain('AUTN has a wrong MAC (98 62)')
  })

  test('the card: SQN out of range, twice', async () => {
    const error = await failing(createScriptedCard([CARD_SYNC_FAILURE, CARD_SYNC_FAILURE]))
    expect(error).toBeInstanceOf(AuthenticationFailed)
    expect(error.message).toContain('sequence number twice')
  })

  test('SQN out of range once is no failure', async () => {
    const card = createScriptedCard([CARD_SYNC_FAILURE, CARD_SUCCESS])
    expect((await credentialsWith(card).source.obtain()).btid).toBe(WORKED.btid)
  })

  test('the BSF: refused', async () => {
    script = [refuse(403)]
    const error = await failing(goodCard())
    expect(error).toBeInstanceOf(AuthenticationFailed)
    expect(error.message).toBe('the BSF refused with status 403')
  })

  test.each([500, 503] as const)('the BSF: in trouble (%i), which may pass', async (status) => {
    script = [refuse(status)]
    const error = await failing(goodCard())
    expect(error).toBeInstanceOf(TransportFailed)
    expect(error.message).toBe(`the BSF refused with status ${status}`)
  })

  test('the BSF: did not prove itself', async () => {
    script = [answerWell, (request) => answerWell(request, WORKED.res)]
    const error = await failing(goodCard())
    expect(error).toBeInstanceOf(AuthenticationFailed)
    expect(error.message).toContain('rspauth is wrong or missing')
  })

  test('the BSF: has another name', async () => {
    const { source } = credentialsWith(goodCard(), { bsfName: parseFqdn('bsf.other.example') })
    await expect(source.obtain()).rejects.toThrow(
      'the realm of the BSF is not the one that belongs to its name',
    )
  })

  test('the BSF: sent something else', async () => {
    script = [() => ({ status: 401, headers: {}, body: utf8('?') })]
    const error = await failing(goodCard())
    expect(error).toBeInstanceOf(AuthenticationFailed)
    expect(error.message).toContain('the BSF sent no valid answer')
  })

  test('and the next attempt starts anew', async () => {
    script = [refuse(403)]
    const { source } = credentialsWith(goodCard())
    await expect(source.obtain()).rejects.toThrow('403')
    expect((await source.obtain()).keyType).toBe('ks-ext-naf')
  })
})

describe('a 421 (K-1, M-8)', () => {
  const operations: EuKeyOperations = {
    start: async () => ({ outcome: 'started', randomClient: new Uint8Array(16) }),
    prove: async () => ({ outcome: 'out-of-turn' }),
    confirm: async () => ({ outcome: 'out-of-turn' }),
  }
  const ableCard = (times = 1): ScriptedCard =>
    Object.assign(goodCard(times), { euKeyOperations: () => operations })

  test('that demands Ks_int_NAF is followed: the card proves, under the same B-TID', async () => {
    const { source } = credentialsWith(ableCard())
    await source.obtain()
    const { euKey, keyType, btid } = await source.raiseDemand('ks-int-naf')
    expect([euKey, keyType, btid]).toEqual([undefined, 'ks-int-naf', WORKED.btid])
    expect(runs).toBe(1)
  })

  test('is followed for good: no later credentials are weaker', async () => {
    const { source } = credentialsWith(ableCard(2))
    await source.raiseDemand('ks-int-naf')
    expect((await source.obtain()).keyType).toBe('ks-int-naf')
    expect((await source.obtain({})).keyType).toBe('ks-int-naf')
    expect(runs).toBe(2)
  })

  test('has the key derived anew each time, so that it is that of the B-TID', async () => {
    const card = ableCard(2)
    const { source } = credentialsWith(card)
    await source.raiseDemand('ks-int-naf')
    card.held = undefined
    await source.obtain()
    expect(runs).toBe(2)
  })

  test.each(['ks-ext-naf', 'ks-naf', 'assigned'] as const)(
    'that names %s would lower the demand: refused',
    async (keyType) => {
      const { source } = credentialsWith(ableCard())
      await source.raiseDemand('ks-int-naf')
      const lowering = source.raiseDemand(keyType)
      await expect(lowering).rejects.toMatchObject({ name: 'ConnectRefused', status: 421 })
      await expect(lowering).rejects.toThrow(
        `another key than the PN GW goes down to (status 421, KeyType ${keyType})`,
      )
      expect((await source.obtain()).keyType).toBe('ks-int-naf')
    },
  )

  test('is refused with a card that has no EUKey operations', async () => {
    const { source } = credentialsWith(goodCard())
    await expect(source.raiseDemand('ks-int-naf')).rejects.toThrow(
      'the server demands Ks_int_NAF, but the card has no EUKey operations',
    )
    expect((await source.obtain()).keyType).toBe('ks-ext-naf')
  })

  test('is refused with a card that has no GBA_U', async () => {
    const card = createScriptedCard([], { supportsGbaU: false })
    const { source } = credentialsWith(card)
    for (const keyType of ['ks-int-naf', 'ks-ext-naf'] as const) {
      await expect(source.raiseDemand(keyType)).rejects.toThrow(
        `the server does not accept the key of a card without GBA_U (status 421, KeyType ${keyType})`,
      )
    }
  })

  test('operations of the card wait for a run that is under way', async () => {
    const { source } = credentialsWith(ableCard(2))
    const credentials = await source.raiseDemand('ks-int-naf')
    if (credentials.euKey !== undefined) throw new Error('the key is not in the card')
    const order: string[] = []
    const run = source.bootstrap().then(() => order.push('run'))
    const start = credentials.prover.start().then(() => order.push('start'))
    await Promise.all([run, start])
    expect(order).toEqual(['run', 'start'])
  })
})

describe('keys for other NAF_Ids', () => {
  const nafId: NafId = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_HTTP_DIGEST }

  test('come from the run that the EUKey is from', async () => {
    const { source } = credentialsWith(goodCard())
    const { btid } = await source.obtain()
    const key = await source.uaKeys.obtain({ nafId, keyUse: 'ME' })
    expect(key).toMatchObject({ btid, expiresAtMs: clock.nowMs() + LIFE_MS })
    expect(runs).toBe(1)
  })

  test('of a refused B-TID are replaced, once the card has run again', async () => {
    const { source } = credentialsWith(goodCard(2))
    const { btid } = await source.uaKeys.obtain({ nafId, keyUse: 'ME' })
    await source.uaKeys.obtain({ nafId, keyUse: 'ME', refused: btid })
    expect(runs).toBe(2)
  })

  test('of the card itself are not to be had', async () => {
    const { source } = credentialsWith(goodCard())
    const wanted = source.uaKeys.obtain({ nafId, keyUse: 'UICC' })
    await expect(wanted).rejects.toThrow('the card keeps Ks_int_NAF to itself')
  })
})

test('the run is traced under the name of the PN GW', async () => {
  const { source, traced } = credentialsWith(goodCard())
  await source.obtain()
  expect(traced).toContainEqual(expect.objectContaining({ point: 'Ub', from: 'PN GW' }))
})

test('GBA facts 14: a second run names the PN GW by its TMPI, not by its IMPI', async () => {
  const { source, traced } = credentialsWith(goodCard(2))
  await source.bootstrap()
  await source.bootstrap()
  const usernames = traced.flatMap((item) =>
    item.kind === 'message' && item.fields.username ? [item.fields.username] : [],
  )
  expect(usernames).toEqual([WORKED.impi, WORKED.impi, WORKED.tmpi, WORKED.tmpi])
})

test('a BSF that knows the TMPI no more is asked by the IMPI, in the same run', async () => {
  const { source } = credentialsWith(goodCard(2))
  await source.bootstrap()
  script = [() => formatRefusal('bsf', { status: 400, reason: 'username: unknown TMPI' })]
  expect((await source.bootstrap()).btid).toBe(WORKED.btid)
  expect(runs).toBe(2)
})
