/**
 * Credentials of Ua: from an Authorization header to what a digest is verified with. Everything that can
 * be judged without a key is judged here, so that nonsense costs no look-up. TS 24.109 5.2, RFC 7616 3.4
 */
import { InvalidMessage } from '../errors/errors.ts'
import { type DigestQop, findDigestAlgorithm } from '../http-digest/digest.ts'
import {
  type DigestAuthorization,
  parseDigestAuthorization,
} from '../http-digest/digest-headers.ts'
import { isUriOfRequest, type RequestTarget } from '../http-digest/request-uri.ts'
import { type Btid, parseBtid } from '../identity/btid.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { LiveNonce, NonceDesk } from './nonce-desk.ts'
import type { UaAlgorithm } from './options.ts'
import { type KeyUse, parseRealm } from './realm.ts'
import { challenge, type Refusal, refuse } from './refusal.ts'
import type { UaRequest } from './ua-exchange.ts'

/** What is accepted on this connection. */
export interface UaOffer {
  readonly nafFqdn: Fqdn
  readonly keyUses: readonly KeyUse[]
  readonly algorithms: readonly UaAlgorithm[]
  readonly qops: readonly DigestQop[]
}

/** Credentials that fit what was offered; not yet verified. */
export interface UaCredentials {
  readonly outcome: 'credentials'
  readonly btid: Btid
  readonly keyUse: KeyUse
  readonly liveNonce: LiveNonce
  readonly response: string
  /** All that enters the digest, but for key, method and body. */
  readonly digest: {
    readonly algorithm: UaAlgorithm
    readonly username: string
    readonly realm: string
    readonly nonce: string
    readonly uri: string
    readonly qop: DigestQop
    readonly nc: string
    readonly cnonce: string
  }
}

/** The credentials of a request, or why there are none that could be verified. */
export function readCredentials(
  request: Pick<UaRequest, 'uri' | 'headers'>,
  offer: UaOffer,
  desk: NonceDesk,
): UaCredentials | Refusal {
  const [header, ...others] = request.headers.authorization ?? []
  if (others.length > 0) return refuse(400, 'Authorization: doubled')
  if (header === undefined || !/^digest(?:\s|$)/i.test(header)) {
    return challenge('bootstrapping required')
  }
  try {
    const target = { uri: request.uri, host: request.headers.host?.[0] }
    return judge(parseDigestAuthorization(header), { target, offer, desk })
  } catch (error) {
    if (error instanceof InvalidMessage) return refuse(400, error.message)
    throw error
  }
}

function judge(
  authorization: DigestAuthorization,
  { target, offer, desk }: { target: RequestTarget; offer: UaOffer; desk: NonceDesk },
): UaCredentials | Refusal {
  // An intermediary or an attacker may have sent it to another resource. RFC 7616 3.4.6
  if (!isUriOfRequest(authorization.uri, target)) {
    throw new InvalidMessage('not the Request-URI', 'uri')
  }
  if (authorization.opaque !== undefined) throw new InvalidMessage('never sent', 'opaque')
  const digest = readDigest(authorization, offer)
  const realm = parseRealm(digest.realm)
  if (realm?.nafFqdn !== offer.nafFqdn || !offer.keyUses.includes(realm.keyUse)) {
    return challenge('realm: not offered here')
  }
  const btid = readBtid(digest.username)
  if (btid === undefined) return challenge('username: no B-TID')
  const liveNonce = desk.recognise(digest.nonce)
  if (liveNonce === undefined) return challenge('nonce: stale', { isStale: true })
  const { keyUse } = realm
  const { response } = authorization
  return { outcome: 'credentials', btid, keyUse, liveNonce, response, digest }
}

/** @throws {InvalidMessage} If a parameter is missing, or is none of those offered. */
function readDigest(authorization: DigestAuthorization, offer: UaOffer): UaCredentials['digest'] {
  const { username, realm, nonce, uri } = authorization
  // Without the parameter it is MD5. RFC 7616 3.4
  const found = findDigestAlgorithm(authorization.algorithm ?? 'MD5')
  const algorithm = offer.algorithms.find((offered) => offered === found)
  if (algorithm === undefined) throw new InvalidMessage('not offered', 'algorithm')
  const qop = offer.qops.find((offered) => offered === authorization.qop)
  if (qop === undefined) throw new InvalidMessage('missing or not offered', 'qop')
  const nc = required(authorization, 'nc')
  const cnonce = required(authorization, 'cnonce')
  return { algorithm, username, realm, nonce, uri, qop, nc, cnonce }
}

function required(authorization: DigestAuthorization, name: 'nc' | 'cnonce'): string {
  const value = authorization[name]
  if (value === undefined || value === '') throw new InvalidMessage('missing', name)
  return value
}

/** A name of another kind is that of somebody who has not bootstrapped. */
function readBtid(username: string): Btid | undefined {
  try {
    const btid = parseBtid(username)
    // Its octets enter the digest, so only the spelling that a BSF gives is one.
    return btid === username ? btid : undefined
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}
