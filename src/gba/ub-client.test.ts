import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import type { Secret } from '../crypto/secret.ts'
import { TransportFailed } from '../errors/errors.ts'
import { parseDigestAuthorization } from '../http-digest/digest-headers.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { UA_ID_CPNS, UA_ID_HTTP_DIGEST } from '../identity/naf-id.ts'
import { toBase64, toHex, utf8 } from '../octets/octets.ts'
import type { TraceItem } from '../trace/trace.ts'
import type { GbaCard } from './gba-card.ts'
import { WORKED } from './gba-facts.fixture.ts'
import {
  CARD_SUCCESS,
  CARD_SYNC_FAILURE,
  CARD_UMTS_SUCCESS,
  createScriptedCard,
} from './scripted-card.fixture.ts'
import { type BootstrapInput, bootstrap } from './ub-client.ts'
import type { UbRequest, UbResponse } from './ub-exchange.ts'
import { formatChallenge, formatRefusal, formatSuccess, type UbDigestInput } from './ub-messages.ts'

const NOW_MS = Date.UTC(2026, 10, 23, 10)
const EXPIRES_AT_MS = NOW_MS + 86_400_000
const BSF = { bsfName: WORKED.bsfName, product: 'bsf' }
const CHALLENGE = formatChallenge(BSF, { nonce: WORKED.nonce, opaque: 'AAAA', stale: false })

type Step = UbResponse | ((request: UbRequest) => UbResponse)

/** A BSF that gives `steps` one after the other. */
function scriptedBsf(steps: readonly Step[]) {
  const requests: UbRequest[] = []
  const rest = [...steps]
  return {
    requests,
    async exchange(request: UbRequest): Promise<UbResponse> {
      requests.push(request)
      const step = rest.shift()
      if (step === undefined) throw new Error('the BSF was asked once too often')
      return typeof step === 'function' ? step(request) : step
    },
  }
}

function digestOf(request: UbRequest, password: Secret): UbDigestInput {
  const { cnonce = '', ...authorization } = parseDigestAuthorization(
    request.headers.authorization?.[0] ?? '',
  )
  return { ...authorization, cnonce, password }
}

/** Message 4, changed as a test wants. */
function success(
  change: {
    xres?: Secret
    btid?: string
    expiresAtMs?: number
    currentTimeMs?: number
    alter?: (response: UbResponse) => UbResponse
  } = {},
): Step {
  return (request) => {
    const info = {
      btid: parseBtid(change.btid ?? WORKED.btid),
      expiresAtMs: change.expiresAtMs ?? EXPIRES_AT_MS,
      currentTimeMs: change.currentTimeMs ?? NOW_MS,
    }
    const digest = digestOf(request, change.xres ?? WORKED.resGbaU)
    const response = formatSuccess('bsf', { info, digest })
    return change.alter?.(response) ?? response
  }
}

async function run(card: GbaCard, steps: readonly Step[], more: Partial<BootstrapInput> = {}) {
  const ub = scriptedBsf(steps)
  const clock = createVirtualClock(NOW_MS)
  const outcome = await bootstrap({ card, ub, clock, random: createSeededRandom(1), ...more })
  return { outcome, requests: ub.requests }
}

const challengeWith = (header: string): UbResponse => ({
  status: 401,
  headers: { 'www-authenticate': [header] },
  body: new Uint8Array(0),
})

const without = (name: string) => (response: UbResponse) => {
  const { [name]: _, ...headers } = response.headers
  return { ...response, headers }
}
const withInfo = (info: string) => (response: UbResponse) => ({
  ...response,
  headers: { ...response.headers, 'authentication-info': [info] },
})

describe('a run with GBA_U', () => {
  test('gives B-TID and keys, and the card holds B-TID and lifetime', async () => {
    const card = createScriptedCard([CARD_SUCCESS])
    const { outcome, requests } = await run(card, [CHALLENGE, success()])
    expect(outcome).toMatchObject({
      outcome: 'success',
      btid: WORKED.btid,
      impi: WORKED.impi,
      expiresAtMs: EXPIRES_AT_MS,
      gbaType: 'GBA_U',
    })
    expect(card.challenges).toEqual([toHex(WORKED.autnStar)])
    expect(card.held).toEqual({
      rand: WORKED.rand,
      btid: WORKED.btid,
      keyLifetime: '2026-11-24T10:00:00Z',
    })
    expect(requests).toHaveLength(2)
    const answer = parseDigestAuthorization(requests[1]?.headers.authorization?.[0] ?? '')
    expect(answer).toMatchObject({ nonce: WORKED.nonce, opaque: 'AAAA', nc: '00000001' })
    expect(answer.auts).toBeUndefined()
  })

  test('derives Ks_ext_NAF in the card, unless the card holds another session by now', async () => {
    const card = createScriptedCard([CARD_SUCCESS])
    const { outcome } = await run(card, [CHALLENGE, success()])
    if (outcome.outcome !== 'success') throw new Error(outcome.outcome)
    const nafId = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS }
    expect(toHex((await outcome.deriveKsNaf(nafId))?.reveal() ?? new Uint8Array(0))).toBe(
      'f568a61c01d3a657e4a7affa881428d8edf3b085fbd69cbf14e74dc4c24ed10e',
    )
    card.held = { ...card.held!, btid: parseBtid(`AAAAAAAAAAAAAAAAAAAAAA==@${WORKED.bsfName}`) }
    expect(await outcome.deriveKsNaf(nafId)).toBeUndefined()
    card.held = undefined
    expect(await outcome.deriveKsNaf(nafId)).toBeUndefined()
  })

  test('a synchronisation failure costs one more round with AUTS and an empty password', async () => {
    const card = createScriptedCard([CARD_SYNC_FAILURE, CARD_SUCCESS])
    const { outcome, requests } = await run(card, [CHALLENGE, CHALLENGE, success()])
    expect(outcome.outcome).toBe('success')
    const answers = requests.map(({ headers }) =>
      parseDigestAuthorization(headers.authorization?.[0] ?? ''),
    )
    expect(answers.map(({ auts }) => auts)).toEqual([undefined, toBase64(WORKED.auts), undefined])
    expect(answers[1]?.cnonce).not.toBe(answers[2]?.cnonce)
  })

  test('a second synchronisation failure ends it', async () => {
    const card = createScriptedCard([CARD_SYNC_FAILURE, CARD_SYNC_FAILURE])
    const { outcome, requests } = await run(card, [CHALLENGE, CHALLENGE])
    expect(outcome).toEqual({ outcome: 'sync-failure-repeated' })
    expect(requests).toHaveLength(2)
  })

  test.each([[[]], [[CARD_SYNC_FAILURE]]])(
    'after a wrong MAC nothing more is sent',
    async (before) => {
      const card = createScriptedCard([...before, { outcome: 'mac-failure' }])
      const { outcome, requests } = await run(card, [CHALLENGE, ...before.map(() => CHALLENGE)])
      expect(outcome).toEqual({ outcome: 'mac-failure' })
      expect(requests).toHaveLength(1 + before.length)
      expect(card.held).toBeUndefined()
    },
  )
})

describe('a run with GBA_ME', () => {
  test('takes the plain challenge and keeps Ks itself', async () => {
    const card = createScriptedCard([CARD_UMTS_SUCCESS], { supportsGbaU: false })
    const { outcome } = await run(card, [CHALLENGE, success({ xres: WORKED.res })])
    if (outcome.outcome !== 'success') throw new Error(outcome.outcome)
    expect(outcome.gbaType).toBe('GBA_ME')
    expect(card.held).toBeUndefined()
    const ksNaf = await outcome.deriveKsNaf({
      nafFqdn: WORKED.nafFqdn,
      uaId: UA_ID_HTTP_DIGEST,
    })
    expect(toHex(ksNaf?.reveal() ?? new Uint8Array(0))).toBe(
      'dd0f7f3e34c3f508794fa1622f42c2e345075d69231f9d5188a48a6eee81d70f',
    )
  })

  test.each([CARD_SYNC_FAILURE, { outcome: 'mac-failure' } as const])(
    'fails as GBA_U does: $outcome',
    async (failure) => {
      const card = createScriptedCard([failure, failure], { supportsGbaU: false })
      const { outcome } = await run(card, [CHALLENGE, CHALLENGE])
      expect(outcome.outcome).toMatch(failure.outcome)
    },
  )
})

describe('what a BSF may get wrong', () => {
  test.each([400, 403, 404, 500, 503])('status %i at message 2', async (status) => {
    const refusal = { ...formatRefusal('bsf', { status: 403 }), status }
    const { outcome } = await run(createScriptedCard([]), [refusal])
    expect(outcome).toEqual({ outcome: 'refused', status })
  })

  test('a refusal that says why', async () => {
    const refusal = formatRefusal('bsf', { status: 400, reason: 'realm: another' })
    const { outcome } = await run(createScriptedCard([]), [refusal])
    expect(outcome).toEqual({ outcome: 'refused', status: 400, reason: 'realm: another' })
  })

  test.each([401, 403, 503])('status %i at message 4', async (status) => {
    const refusal = { ...formatRefusal('bsf', { status: 403 }), status }
    const card = createScriptedCard([CARD_SUCCESS])
    expect((await run(card, [CHALLENGE, refusal])).outcome).toEqual({ outcome: 'refused', status })
    expect(card.held).toBeUndefined()
  })

  test('a challenge with stale in place of message 4 is answered, once', async () => {
    const stale = formatChallenge(BSF, { nonce: WORKED.nonce, opaque: 'BBBB', stale: true })
    const card = () => createScriptedCard([CARD_SUCCESS, CARD_SUCCESS])
    const { outcome, requests } = await run(card(), [CHALLENGE, stale, success()])
    expect(outcome.outcome).toBe('success')
    expect(digestOf(requests[2]!, WORKED.resGbaU)).toMatchObject({ opaque: 'BBBB' })
    const refused = { outcome: 'refused', status: 401 }
    expect((await run(card(), [CHALLENGE, stale, stale])).outcome).toEqual(refused)
    // Without stale it says that the answer was wrong, and another one would be as well.
    expect((await run(card(), [CHALLENGE, CHALLENGE])).outcome).toEqual(refused)
  })

  test('403 in answer to AUTS', async () => {
    const card = createScriptedCard([CARD_SYNC_FAILURE])
    const { outcome } = await run(card, [CHALLENGE, formatRefusal('bsf', { status: 403 })])
    expect(outcome).toEqual({ outcome: 'refused', status: 403 })
  })

  test.each([200, 204, 302])('status %i instead of a challenge', async (status) => {
    const { outcome } = await run(createScriptedCard([]), [{ ...CHALLENGE, status }])
    expect(outcome).toEqual({
      outcome: 'protocol-error',
      reason: `status: ${status} is not expected`,
    })
  })

  test('the realm must be the configured BSF, or the card’s: no octet of the challenge is used', async () => {
    const card = createScriptedCard([])
    const foreign = formatChallenge(
      { ...BSF, bsfName: parseFqdn('bsf.evil.org') },
      { nonce: WORKED.nonce, opaque: 'AAAA', stale: false },
    )
    const mismatch = { outcome: 'name-mismatch', field: 'realm' }
    expect((await run(card, [foreign])).outcome).toEqual(mismatch)
    const bsfName = parseFqdn('bsf.other.org')
    expect((await run(card, [CHALLENGE], { bsfName })).outcome).toEqual(mismatch)
    expect(card.challenges).toEqual([])
  })

  test.each([
    ['', 'algorithm: not AKAv1-MD5'],
    ['Basic realm="x"', 'algorithm: not AKAv1-MD5'],
    [`Digest realm="${WORKED.bsfName}", nonce="", qop="auth-int"`, 'algorithm: not AKAv1-MD5'],
    [
      `Digest realm="${WORKED.bsfName}", nonce="", qop="auth-int", algorithm=AKAv2-MD5`,
      'algorithm: not AKAv1-MD5',
    ],
    [
      `Digest realm="${WORKED.bsfName}", nonce="", qop="auth", algorithm=AKAv1-MD5`,
      'qop: not auth-int',
    ],
    [
      `Digest realm="${WORKED.bsfName}", nonce="AAAA", qop="auth-int", algorithm=AKAv1-MD5`,
      'nonce: truncated',
    ],
    ['Digest realm="x", realm="x"', 'realm: doubled'],
  ])('challenge %s', async (header, reason) => {
    const { outcome } = await run(createScriptedCard([]), [challengeWith(header)])
    expect(outcome).toEqual({ outcome: 'protocol-error', reason })
  })

  test('the right challenge is found among others', async () => {
    const headers = {
      'www-authenticate': ['Basic realm="x"', ...(CHALLENGE.headers['www-authenticate'] ?? [])],
    }
    const card = createScriptedCard([CARD_SUCCESS])
    const { outcome } = await run(card, [{ ...CHALLENGE, headers }, success()])
    expect(outcome.outcome).toBe('success')
  })

  test.each<[string, Step]>([
    ['another XRES', success({ xres: WORKED.res })],
    ['a changed body', success({ alter: (r) => ({ ...r, body: utf8('<x/>') }) })],
    ['no Authentication-Info', success({ alter: without('authentication-info') })],
    ['no rspauth', success({ alter: withInfo('qop=auth-int, nc=00000001') })],
    ['an empty rspauth', success({ alter: withInfo('rspauth=""') })],
  ])('a success with %s is not believed', async (_, step) => {
    const card = createScriptedCard([CARD_SUCCESS])
    expect((await run(card, [CHALLENGE, step])).outcome).toEqual({
      outcome: 'server-not-authenticated',
    })
    expect(card.held).toBeUndefined()
  })

  test('the B-TID must be made of RAND and BSF name', async () => {
    for (const btid of [
      `AAAAAAAAAAAAAAAAAAAAAA==@${WORKED.bsfName}`,
      `${toBase64(WORKED.rand)}@bsf.evil.org`,
    ]) {
      const card = createScriptedCard([CARD_SUCCESS])
      const { outcome } = await run(card, [CHALLENGE, success({ btid })])
      expect(outcome).toEqual({ outcome: 'name-mismatch', field: 'B-TID' })
      expect(card.held).toBeUndefined()
    }
  })

  test('a lifetime that is over is refused', async () => {
    const card = createScriptedCard([CARD_SUCCESS])
    const { outcome } = await run(card, [CHALLENGE, success({ expiresAtMs: NOW_MS })])
    expect(outcome).toEqual({ outcome: 'protocol-error', reason: 'lifetime: over already' })
    expect(card.held).toBeUndefined()
  })

  test('where the clocks differ, the remaining time counts', async () => {
    const ahead = 3_600_000
    const step = success({ expiresAtMs: EXPIRES_AT_MS + ahead, currentTimeMs: NOW_MS + ahead })
    const { outcome } = await run(createScriptedCard([CARD_SUCCESS]), [CHALLENGE, step])
    expect(outcome).toMatchObject({ outcome: 'success', expiresAtMs: EXPIRES_AT_MS })
  })

  test('a BSF that cannot be reached', async () => {
    const failed = new TransportFailed('no BSF there')
    const steps: Step[] = [
      () => {
        throw failed
      },
    ]
    await expect(run(createScriptedCard([]), steps)).rejects.toBe(failed)
  })
})

test('both ends of the exchange are traced, without any digest or key', async () => {
  const items: TraceItem[] = []
  const card = createScriptedCard([CARD_SYNC_FAILURE, CARD_SUCCESS])
  const { requests } = await run(card, [CHALLENGE, CHALLENGE, success()], {
    trace: (item) => items.push(item),
  })
  expect(
    items.map((item) => (item.kind === 'message' ? `${item.side} ${item.message}` : '')),
  ).toEqual([
    'sent GET',
    'received 401 Unauthorized',
    'sent GET',
    'received 401 Unauthorized',
    'sent GET',
    'received 200 OK',
  ])
  expect(items.at(-1)).toMatchObject({
    point: 'Ub',
    from: 'BSF',
    to: 'PN GW',
    fields: { status: 200, 'B-TID': WORKED.btid },
  })
  const text = JSON.stringify(items)
  for (const { headers } of requests.slice(1)) {
    const { response } = parseDigestAuthorization(headers.authorization?.[0] ?? '')
    expect(text).not.toContain(response)
  }
  expect(text).not.toContain(toHex(WORKED.resGbaU.reveal()))
})

test('whatever a BSF answers, there is an outcome, and no success without rspauth', async () => {
  const challenge = CHALLENGE.headers['www-authenticate']?.[0] ?? ''
  const piece = fc.oneof(
    fc.constantFrom(...challenge.split(/(?<=, )/)),
    fc.constantFrom('Digest ', ',', '"', '=', 'rspauth="00"', 'qop=auth-int'),
    fc.string({ maxLength: 5 }),
  )
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
  const response = fc.record({
    status: fc.constantFrom(200, 401, 403),
    headers: fc.record({
      'www-authenticate': fc.array(text, { maxLength: 2 }),
      'authentication-info': fc.array(text, { maxLength: 2 }),
    }),
    body: text.map(utf8),
  })
  await fc.assert(
    fc.asyncProperty(fc.boolean(), response, response, async (isChallenged, first, second) => {
      const card = createScriptedCard([CARD_SUCCESS])
      const { outcome } = await run(card, [isChallenged ? CHALLENGE : first, second, second])
      expect(outcome.outcome).not.toBe('success')
      expect(card.held).toBeUndefined()
    }),
    { seed: 6, numRuns: 500 },
  )
})
