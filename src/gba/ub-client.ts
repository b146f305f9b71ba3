/**
 * Ub from the UE's end: one bootstrapping run with a card. TS 33.220 4.5.2 and 5.3.2, TS 24.109 4
 *
 * Realm and B-TID must be the ones that follow from the configured BSF name (design 4); the BSF is
 * believed only after its rspauth verified.
 */
import { InvalidMessage } from '../errors/errors.ts'
import { type AkaNonce, parseAkaNonce } from '../http-digest/aka-nonce.ts'
import { findDigestAlgorithm, isExpectedDigest } from '../http-digest/digest.ts'
import {
  type DigestChallenge,
  parseAuthenticationInfo,
  parseDigestChallenges,
  qopsOffered,
} from '../http-digest/digest-headers.ts'
import { formatBtid } from '../identity/btid.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import { toHex } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import { type BootstrappedKeys, keysInCard, keysInUe } from './bootstrapped-keys.ts'
import { type BootstrappingInfo, decodeBootstrappingInfo } from './bootstrapping-info.ts'
import type { CardChallengeOutcome, CardUmtsOutcome, GbaCard } from './gba-card.ts'
import type { TmpiMemory } from './tmpi-memory.ts'
import type { UbExchange, UbRequest, UbResponse } from './ub-exchange.ts'
import {
  announcesTmpi,
  computeUbHa1,
  computeUbRspauth,
  EMPTY_PASSWORD,
  formatChallengeAnswer,
  formatInitialRequest,
  headerOf,
  reasonIn,
  UB_ALGORITHM,
  UB_QOP,
  type UbDigestInput,
  type UbIdentity,
} from './ub-messages.ts'
import { createUbTracer } from './ub-trace.ts'
import { formatXmlDateTime } from './xml-date-time.ts'

/** What a run needs. */
export interface BootstrapInput {
  readonly card: GbaCard
  readonly ub: UbExchange
  readonly clock: Clock
  readonly random: Random
  readonly trace?: Trace
  /** Default: what the card says. */
  readonly bsfName?: Fqdn
  /** Request-URI; default `/`. */
  readonly uri?: string
  /** Product token of the User-Agent header; default `cpns-pn-gw`. */
  readonly product?: string
  /** Name of the UE in the trace; default `PN GW`. */
  readonly entityName?: string
  /** With it the UE says that it understands TMPI, and names itself by one where it can. */
  readonly tmpiMemory?: TmpiMemory
}

/** Why a run gave no keys; which check failed. */
export type BootstrapFailure =
  /** The card says that the challenge is not from its home network (98 62). */
  | { readonly outcome: 'mac-failure' }
  /** The card refused the SQN even after a resynchronisation. */
  | { readonly outcome: 'sync-failure-repeated' }
  /** The BSF answered with an error status, for instance 403; and what it said, if it said why. */
  | { readonly outcome: 'refused'; readonly status: number; readonly reason?: string }
  /** `rspauth` is missing or wrong: the answer is not from the holder of XRES. */
  | { readonly outcome: 'server-not-authenticated' }
  /** A name is not the one that follows from the BSF name. */
  | { readonly outcome: 'name-mismatch'; readonly field: 'realm' | 'B-TID' }
  /** An answer is no message of Ub; `reason` names the field. */
  | { readonly outcome: 'protocol-error'; readonly reason: string }

/** How a run ended. */
export type BootstrapOutcome =
  | ({ readonly outcome: 'success' } & BootstrappedKeys)
  | BootstrapFailure

type Challenge = { readonly outcome: 'challenge' } & AkaNonce &
  Pick<DigestChallenge, 'nonce' | 'opaque' | 'stale'>
type Success = { readonly outcome: 'success'; readonly info: BootstrappingInfo }
type CardOutcome = CardChallengeOutcome | CardUmtsOutcome
type CardSuccess = Extract<CardOutcome, { readonly outcome: 'success' }>

interface Run {
  readonly input: BootstrapInput
  readonly identity: UbIdentity
  ask(request: UbRequest): Promise<UbResponse>
}

const CNONCE_LENGTH = 16
/** Clocks that differ by less are taken as equal. Design 9, "Time" */
const CLOCK_TOLERANCE_MS = 60_000

/**
 * One bootstrapping run: challenge, answer, and at most one resynchronisation on the way; and all of that once
 * more where the answer came too late for its challenge. After success with GBA_U the card holds B-TID and key
 * lifetime (TS 33.220 G.1).
 *
 * @throws {TransportFailed} If the BSF cannot be reached, or the card is gone.
 * @see TS 33.220 4.5.2
 */
export async function bootstrap(input: BootstrapInput): Promise<BootstrapOutcome> {
  const { run, challenge } = await begin(input)
  if (challenge.outcome !== 'challenge') return challenge
  const first = await goOn(run, challenge)
  const last = first.outcome === 'challenge' ? await goOn(run, first) : first
  const outcome = last.outcome === 'challenge' ? { outcome: 'refused' as const, status: 401 } : last
  if (outcome.outcome !== 'success') forgetTmpi(run, outcome)
  return outcome
}

/** Message 1 by the TMPI, and by the IMPI if there is none or the BSF does not know it. TS 33.220 4.5.2 */
async function begin(
  input: BootstrapInput,
): Promise<{ readonly run: Run; readonly challenge: Challenge | BootstrapFailure }> {
  const { card, bsfName = card.bsfName, tmpiMemory } = input
  const ask = async (username: string) => {
    const run = openRun(input, username)
    const response = await run.ask(formatInitialRequest(run.identity))
    return { run, challenge: judgeChallenge(response, run) }
  }
  const tmpi = await tmpiMemory?.recall(bsfName)
  if (tmpi !== undefined) {
    const begun = await ask(tmpi)
    if (begun.challenge.outcome === 'challenge') return begun
    if (!forgetTmpi(begun.run, begun.challenge)) return begun
  }
  return ask(card.impi)
}

/** Drops a TMPI that the run may have failed for. @returns Whether it was dropped. */
function forgetTmpi({ input, identity }: Run, failure: BootstrapFailure): boolean {
  if (identity.username === input.card.impi) return false
  const { outcome } = failure
  const isRefusal = outcome === 'refused' && failure.status < 500 && failure.status !== 429
  if (!isRefusal && outcome !== 'mac-failure') return false
  input.tmpiMemory?.forget()
  return true
}

/** @returns A challenge in place of one that cannot be answered any more. */
async function goOn(run: Run, challenge: Challenge): Promise<BootstrapOutcome | Challenge> {
  const { input } = run
  const taken = await challengeCard(input.card, challenge)
  if (taken.outcome === 'mac-failure') return taken
  if (taken.outcome === 'success') return complete(run, challenge, taken)

  const renewed = judgeChallenge(await resynchronize(run, challenge, taken.auts), run)
  if (renewed.outcome !== 'challenge') return renewed
  const retaken = await challengeCard(input.card, renewed)
  if (retaken.outcome === 'mac-failure') return retaken
  if (retaken.outcome === 'sync-failure') return { outcome: 'sync-failure-repeated' }
  return complete(run, renewed, retaken)
}

function openRun(input: BootstrapInput, username: string): Run {
  const { card, clock, trace = noTrace } = input
  const ueName = input.entityName ?? 'PN GW'
  const tracer = createUbTracer({ trace, clock, end: 'UE', ueName, bsfName: 'BSF' })
  return {
    input,
    identity: {
      username,
      bsfName: input.bsfName ?? card.bsfName,
      uri: input.uri ?? '/',
      product: input.product ?? 'cpns-pn-gw',
      understandsTmpi: input.tmpiMemory !== undefined,
    },
    async ask(request) {
      const sinceMs = tracer.request(request)
      const response = await input.ub.exchange(request)
      tracer.response(response, sinceMs)
      return response
    },
  }
}

/** A card that does GBA itself gets AUTN* in its bootstrapping mode, another the plain 3G challenge. */
function challengeCard(card: GbaCard, { rand, autn }: AkaNonce): Promise<CardOutcome> {
  return card.supportsGbaU ? card.bootstrap({ rand, autn }) : card.authenticateUmts({ rand, autn })
}

/** The answer with AUTS has an empty password. RFC 3310 3.4 */
function resynchronize(run: Run, challenge: Challenge, auts: Uint8Array): Promise<UbResponse> {
  const cnonce = drawCnonce(run)
  const answer = { ...challenge, cnonce, password: EMPTY_PASSWORD, auts }
  return run.ask(formatChallengeAnswer(run.identity, answer))
}

async function complete(
  run: Run,
  challenge: Challenge,
  card: CardSuccess,
): Promise<BootstrapOutcome | Challenge> {
  const { identity, input } = run
  const { username, bsfName: realm, uri } = identity
  const { nonce } = challenge
  const password = card.res
  const ha1 = computeUbHa1({ username, realm, nonce, password })
  const digest = { username, realm, nonce, uri, cnonce: drawCnonce(run), password, ha1 }
  const { opaque } = challenge
  const answer = opaque === undefined ? digest : { ...digest, opaque }
  const response = await run.ask(formatChallengeAnswer(identity, answer))
  const judged = judgeSuccess(response, digest)
  if (judged.outcome !== 'success') return renewalIn(response, run) ?? judged
  const { info } = judged

  const btid = formatBtid({ rand: challenge.rand, bsfName: identity.bsfName })
  if (info.btid !== btid) return { outcome: 'name-mismatch', field: 'B-TID' }
  const expiresAtMs = expiryOnOwnClock(info, input.clock.nowMs())
  if (expiresAtMs <= input.clock.nowMs()) {
    return { outcome: 'protocol-error', reason: 'lifetime: over already' }
  }
  const keys = { btid, impi: input.card.impi, expiresAtMs }
  if (!('ck' in card)) {
    const keyLifetime = formatXmlDateTime(info.expiresAtMs)
    await input.card.writeBootstrap({ btid, keyLifetime })
  }
  const held = 'ck' in card ? keysInUe(card, challenge, keys) : keysInCard(input.card, btid)
  if (announcesTmpi(response, 'server')) {
    input.tmpiMemory?.learn({ ...held, bsfName: identity.bsfName })
  } else input.tmpiMemory?.forget()
  return { outcome: 'success', ...keys, ...held }
}

/** Message 2, or why it is none. TS 24.109 4.4 */
function judgeChallenge(response: UbResponse, { identity }: Run): Challenge | BootstrapFailure {
  if (response.status !== 401) return refusalOf(response)
  return judged(() => {
    const challenge = (response.headers['www-authenticate'] ?? [])
      .flatMap(parseDigestChallenges)
      .find(({ algorithm = 'MD5' }) => findDigestAlgorithm(algorithm) === UB_ALGORITHM)
    if (challenge === undefined) throw new InvalidMessage('not AKAv1-MD5', 'algorithm')
    if (challenge.realm !== identity.bsfName) return { outcome: 'name-mismatch', field: 'realm' }
    if (!qopsOffered(challenge).includes(UB_QOP)) throw new InvalidMessage('not auth-int', 'qop')
    return { outcome: 'challenge', ...challenge, ...parseAkaNonce(challenge.nonce) }
  })
}

/** The answer may have been right, but its challenge is over: only that is worth another one. RFC 7616 3.3 */
function renewalIn(response: UbResponse, run: Run): Challenge | undefined {
  const renewed = response.status === 401 ? judgeChallenge(response, run) : undefined
  const isStale = renewed?.outcome === 'challenge' && renewed.stale?.toLowerCase() === 'true'
  return isStale ? renewed : undefined
}

/** Message 4, or why it is none. The body is read only after rspauth verified. TS 24.109 4.5 */
function judgeSuccess(response: UbResponse, digest: UbDigestInput): Success | BootstrapFailure {
  if (response.status !== 200) return refusalOf(response)
  return judged(() => {
    const header = headerOf(response, 'authentication-info') ?? ''
    const { rspauth = '' } = parseAuthenticationInfo(header)
    // Computed over our own cnonce, nc and qop, so what the header says of them adds nothing.
    const expected = computeUbRspauth(digest, response.body)
    if (!isExpectedDigest(expected, rspauth)) return { outcome: 'server-not-authenticated' }
    return { outcome: 'success', info: decodeBootstrappingInfo(response.body) }
  })
}

function refusalOf(response: UbResponse): BootstrapFailure {
  const { status } = response
  const reason = reasonIn(response)
  if (status >= 400) return { outcome: 'refused', status, ...(reason !== undefined && { reason }) }
  return { outcome: 'protocol-error', reason: `status: ${status} is not expected` }
}

function judged<Outcome>(judge: () => Outcome | BootstrapFailure): Outcome | BootstrapFailure {
  try {
    return judge()
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error
    return { outcome: 'protocol-error', reason: error.message }
  }
}

/** The remaining time counts, where the BSF says what its own clock shows. TS 24.109 C.1 */
function expiryOnOwnClock(info: BootstrappingInfo, nowMs: number): number {
  const differenceMs = nowMs - (info.currentTimeMs ?? nowMs)
  return Math.abs(differenceMs) > CLOCK_TOLERANCE_MS
    ? info.expiresAtMs + differenceMs
    : info.expiresAtMs
}

function drawCnonce(run: Run): string {
  return toHex(run.input.random.octets(CNONCE_LENGTH))
}
