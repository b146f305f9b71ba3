/**
 * A NAF in front of any HTTP server: HTTP Digest with a key from bootstrapping. B-TID is the user name,
 * base64 of the key the password. TS 24.109 5.2, TS 33.222 5.3, RFC 7616
 */
import { Secret } from '../crypto/secret.ts'
import { TransportFailed } from '../errors/errors.ts'
import {
  computeDigestResponse,
  computeRspauth,
  type DigestInput,
  isExpectedDigest,
} from '../http-digest/digest.ts'
import { formatAuthenticationInfo, formatDigestChallenge } from '../http-digest/digest-headers.ts'
import { hostOfRequest } from '../http-digest/request-uri.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { UaId } from '../identity/naf-id.ts'
import { toBase64, utf8 } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import { type Log, noLog, withFields } from '../ports/log.ts'
import { createSteadyClock } from '../ports/steady-clock.ts'
import { noTrace, type TraceNote } from '../trace/trace.ts'
import { assertIdentity, INTENDED_IDENTITY_HEADER } from './asserted-identity.ts'
import { uaIdOfHttpDigest } from './cipher-suites.ts'
import { readCredentials, type UaCredentials, type UaOffer } from './credentials.ts'
import { type NafKey, nafKeyOf } from './naf-key.ts'
import { createNonceDesk, type NonceDesk } from './nonce-desk.ts'
import { type NafOptions, type NafPorts, type NafSettings, nafSettingsOf } from './options.ts'
import { formatRealmOffer } from './realm.ts'
import { type Challenged, challenge, type PlainRefusal, type Refusal, refuse } from './refusal.ts'
import type { NafUser, UaOutcome, UaRequest } from './ua-exchange.ts'
import { createUaTracer } from './ua-trace.ts'
import { createZnLookup, type ZnLookup } from './zn-lookup.ts'

/** A NAF. */
export interface Naf {
  /** Judges one request; rejects only for a fault of its own. @see TS 24.109 5.2 */
  authenticate(request: UaRequest): Promise<UaOutcome>
}

interface Context {
  readonly settings: NafSettings
  readonly clock: Clock
  readonly lookup: ZnLookup
  readonly desk: NonceDesk
}

/** The one kind of connection that the answer to a request depends on. */
interface Place {
  readonly outcome: 'place'
  readonly offer: UaOffer
  readonly uaId: UaId
}

type Authenticated = Extract<UaOutcome, { readonly outcome: 'authenticated' }>

/** @throws {RangeError} If an option is out of range. */
export function createNaf(options: NafOptions, givenPorts: NafPorts): Naf {
  const settings = nafSettingsOf(options)
  const { log = noLog, trace = noTrace } = givenPorts
  const ports = { ...givenPorts, log, trace, clock: createSteadyClock(givenPorts.clock, log) }
  const tracer = createUaTracer({ ...ports, end: 'NAF', ueName: 'UE', nafName: 'NAF' })
  const { nonceLifetimeMs: lifetimeMs, noncesRemembered: remembered } = settings
  const context: Context = {
    settings,
    clock: ports.clock,
    lookup: createZnLookup(settings.znLimits, ports),
    desk: createNonceDesk({ lifetimeMs, remembered }, ports),
  }
  const uaLog = withFields(log, { point: 'Ua' })
  return {
    async authenticate(request) {
      const sinceMs = tracer.request(request)
      const outcome = await decide(request, context, uaLog).catch(logged(uaLog))
      if (outcome.outcome === 'refused') tracer.answer(outcome, sinceMs)
      else ports.trace(noteOf(outcome.user, ports.clock))
      return outcome
    },
  }
}

/** Whoever runs the server has to learn of a fault that its client sees as 500 alone. */
function logged(log: Log): (error: unknown) => never {
  return (error) => {
    // A client that goes away before its body is whole is no fault.
    if (!(error instanceof TransportFailed)) {
      log.error('ua-failed', { reason: error instanceof Error ? error.name : 'unknown' })
    }
    throw error
  }
}

async function decide(request: UaRequest, context: Context, log: Log): Promise<UaOutcome> {
  const place = placeOf(request, context)
  if (place.outcome === 'refused') return formatRefusal(place, log)
  const judged = await judge(request, place, context)
  if (judged.outcome === 'refused') return formatRefusal(judged, log)
  if (judged.outcome === 'authenticated') return judged
  return formatChallenged(judged, place.offer, context.desk)
}

/** For which of its names a NAF was asked, and over what: both enter the key. TS 33.220 H.1 */
function placeOf(
  { uri, headers, connection }: UaRequest,
  { settings }: Context,
): Place | PlainRefusal {
  const [host, ...others] = headers.host ?? []
  if (host === undefined || others.length > 0) return refuse(400, 'Host: missing or doubled')
  const nafFqdn = nafFqdnOf(hostOfRequest({ uri, host }), settings)
  if (nafFqdn === undefined) return refuse(421, 'Host: none of this NAF')
  const { cipherSuite } = connection
  if (cipherSuite === 'unknown' && settings.uaId === undefined) {
    return refuse(500, 'the cipher suite of this connection has no known number')
  }
  const suite = cipherSuite === 'unknown' ? undefined : cipherSuite
  const isProtected = cipherSuite !== undefined || settings.allowAuthWithoutTls
  const { keyUses, algorithms } = settings
  return {
    outcome: 'place',
    uaId: settings.uaId ?? uaIdOfHttpDigest(suite),
    offer: {
      nafFqdn,
      keyUses,
      algorithms,
      qops: isProtected ? ['auth', 'auth-int'] : ['auth-int'],
    },
  }
}

/** `undefined` if the host is none of those that are configured, whatever else it is. */
export function nafFqdnOf(host: string, { nafFqdns, hostAliases }: NafSettings): Fqdn | undefined {
  const name = host.toLowerCase().replace(/:\d*$/, '')
  return (
    nafFqdns.find((fqdn) => fqdn === name) ??
    (Object.hasOwn(hostAliases, name) ? hostAliases[name] : undefined)
  )
}

async function judge(
  request: UaRequest,
  { offer, uaId }: Place,
  { settings, clock, lookup, desk }: Context,
): Promise<Authenticated | Refusal> {
  const credentials = readCredentials(request, offer, desk)
  if (credentials.outcome !== 'credentials') return credentials
  const { btid, keyUse, liveNonce } = credentials
  const { nafFqdn } = offer
  const { gsids } = settings
  const zn = { btid, nafId: { nafFqdn, uaId }, gsids, gbaUAware: true }
  const answer = await lookup.lookUp(zn, request.connection.remoteAddress)
  const found = nafKeyOf(answer, keyUse, { settings, clock })
  if (found.outcome !== 'key') return found

  const digest = await digestOf(request, credentials, found)
  if ('outcome' in digest) return digest
  if (!isExpectedDigest(computeDigestResponse(digest), credentials.response)) {
    return challenge('response: not made with the key of this B-TID')
  }
  if (!desk.spend(liveNonce, Number.parseInt(credentials.digest.nc, 16))) {
    return challenge('nc: used before', { isStale: true })
  }
  const { impi, gbaType, expiresAtMs: keyExpiresAtMs, ussList } = found
  const subscriber = { btid, ...(impi && { impi }) }
  const asserted = assertIdentity(request.headers[INTENDED_IDENTITY_HEADER] ?? [], {
    ...subscriber,
    ussList,
  })
  if (asserted.outcome !== 'asserted') return asserted
  const { identity } = asserted
  return {
    outcome: 'authenticated',
    user: { ...subscriber, identity, nafFqdn, uaId, keyUse, gbaType, keyExpiresAtMs, ussList },
    authenticationInfo: (body) =>
      formatInfo(digest, { body, nextNonce: liveNonce.isAging ? desk.issue() : undefined }),
  }
}

/** The digest covers the body only with `auth-int`. RFC 7616 3.4.3 */
async function digestOf(
  request: UaRequest,
  { digest }: UaCredentials,
  { key }: NafKey,
): Promise<(DigestInput & UaCredentials['digest']) | Refusal> {
  const password = Secret.of(utf8(toBase64(key.reveal())))
  const input = { ...digest, method: request.method, password }
  if (digest.qop === 'auth') return { ...input, body: NO_BODY }
  const body = await request.readBody()
  if (body.outcome === 'length-unknown') return refuse(411, 'auth-int needs Content-Length')
  if (body.outcome === 'too-long') return refuse(413, 'too long for auth-int')
  return { ...input, body: body.octets }
}

function formatInfo(
  digest: DigestInput & UaCredentials['digest'],
  { body, nextNonce }: { body: Uint8Array | undefined; nextNonce: string | undefined },
): string {
  const { nc, cnonce } = digest
  const qop = body === undefined ? 'auth' : digest.qop
  const rspauth = computeRspauth({ ...digest, qop, body: body ?? NO_BODY })
  return formatAuthenticationInfo({
    qop,
    rspauth,
    cnonce,
    nc,
    ...(nextNonce !== undefined && { nextnonce: nextNonce }),
  })
}

function formatRefusal(refusal: PlainRefusal, log: Log): UaOutcome {
  const { status, reason, retryAfterSeconds: seconds } = refusal
  if (status === 403 || status >= 500) log.warn('ua-refused', { status, reason })
  const headers = seconds === undefined ? {} : { 'retry-after': [String(seconds)] }
  return { outcome: 'refused', status, headers, reason }
}

/** One challenge an algorithm, in the order of preference. RFC 7616 3.7 */
function formatChallenged(
  { reason, isStale, keyUses }: Challenged,
  offer: UaOffer,
  desk: NonceDesk,
): UaOutcome {
  const nonce = desk.issue()
  const challenges = offer.algorithms.map((algorithm) =>
    formatDigestChallenge({
      realm: formatRealmOffer(keyUses ?? offer.keyUses, offer.nafFqdn),
      nonce,
      algorithm,
      qop: offer.qops.join(','),
      ...(isStale && { stale: 'true' }),
    }),
  )
  const headers = { 'www-authenticate': challenges }
  return { outcome: 'refused', status: 401, headers, reason }
}

function noteOf({ btid, impi, keyUse, gbaType }: NafUser, clock: Clock): TraceNote {
  const meKey = gbaType === 'GBA_U' ? 'Ks_ext_NAF' : 'Ks_NAF'
  const text = `${impi ?? btid} proved to have ${keyUse === 'UICC' ? 'Ks_int_NAF' : meKey}`
  return { kind: 'note', atMs: clock.nowMs(), entity: 'NAF', text }
}

const NO_BODY = new Uint8Array(0)
