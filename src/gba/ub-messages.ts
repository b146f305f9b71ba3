/**
 * The four messages of Ub as HTTP, written and taken apart: what UE and BSF have in common.
 * TS 24.109 4, A.3, A.4; RFC 3310
 */
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import {
  computeDigestResponse,
  computeHa1,
  computeRspauth,
  type DigestInput,
} from '../http-digest/digest.ts'
import {
  formatAuthenticationInfo,
  formatDigestAuthorization,
  formatDigestChallenge,
} from '../http-digest/digest-headers.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import { toBase64, toLatin1, utf8 } from '../octets/octets.ts'
import {
  BOOTSTRAPPING_INFO_TYPE,
  type BootstrappingInfo,
  encodeBootstrappingInfo,
} from './bootstrapping-info.ts'
import type { UbRequest, UbResponse } from './ub-exchange.ts'

/** The only algorithm on Ub: AKAv2-MD5 needs CK and IK in the ME, so it cannot work with GBA_U. */
export const UB_ALGORITHM = 'AKAv1-MD5'
/** The only quality of protection on Ub. TS 24.109 4.3 */
export const UB_QOP = 'auth-int'
/** A nonce of AKA is used once, so its count is always one. */
export const UB_NC = '00000001'
/** The password of an answer with AUTS. RFC 3310 3.4 */
export const EMPTY_PASSWORD = Secret.of(new Uint8Array(0))

const MAX_REASON = 200
const LINE_END = 2
const REASON = new RegExp(`^[\\x20-\\x7e]{1,${MAX_REASON}}$`)
const RELEASE_TOKEN = 'Release-6'
/** Says on either end that TMPI is understood. TS 24.109 A.3 */
const TMPI_TOKEN = '3gpp-gba-tmpi'
const NO_BODY = new Uint8Array(0)

/** Who asks whom, and where. */
export interface UbIdentity {
  /** IMPI, or TMPI. */
  readonly username: string
  /** BSF name; the realm. */
  readonly bsfName: Fqdn
  /** Request-URI, normally `/`. */
  readonly uri: string
  /** Product token of the User-Agent header. */
  readonly product: string
  /** Whether the UE says that it understands TMPI; default no. */
  readonly understandsTmpi?: boolean
}

/** What the digest of message 3 is computed over. */
export interface UbDigestInput {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly cnonce: string
  /** RES or XRES as octets, or `EMPTY_PASSWORD`. */
  readonly password: Secret
  /** Of `computeUbHa1`, where several digests have these names and this password. As secret as that. */
  readonly ha1?: string
}

/** What `response` and `rspauth` of one exchange have in common. RFC 7616 3.4.2 */
export function computeUbHa1({
  username,
  realm,
  nonce,
  password,
}: Pick<UbDigestInput, 'username' | 'realm' | 'nonce' | 'password'>): string {
  return computeHa1({ algorithm: UB_ALGORITHM, username, realm, nonce, password })
}

/** `response` of message 3; `request` gives method and body. RFC 3310 3.3 */
export function computeUbResponse(
  input: UbDigestInput,
  request: Pick<UbRequest, 'method' | 'body'>,
): string {
  const { method, body } = request
  return computeDigestResponse(digestInputOf(input, method, body), input.ha1)
}

/** `rspauth` of message 4, over its body. RFC 7616 3.5 */
export function computeUbRspauth(input: UbDigestInput, body: Uint8Array): string {
  return computeRspauth(digestInputOf(input, '', body), input.ha1)
}

function digestInputOf(input: UbDigestInput, method: string, body: Uint8Array): DigestInput {
  const { username, realm, nonce, uri, cnonce, password } = input
  return {
    algorithm: UB_ALGORITHM,
    username,
    realm,
    password,
    nonce,
    uri,
    method,
    qop: UB_QOP,
    nc: UB_NC,
    cnonce,
    body,
  }
}

/** Message 1: a UE names itself. TS 24.109 A.3 */
export function formatInitialRequest(identity: UbIdentity): UbRequest {
  const { username, bsfName, uri } = identity
  return requestWith(
    identity,
    formatDigestAuthorization({ username, realm: bsfName, nonce: '', uri, response: '' }),
  )
}

/** Message 3: a UE answers a challenge, with RES or with AUTS. TS 24.109 A.4, RFC 3310 3.4 */
export function formatChallengeAnswer(
  identity: UbIdentity,
  answer: {
    readonly nonce: string
    readonly opaque?: string
    readonly cnonce: string
    /** RES; `EMPTY_PASSWORD` with AUTS. */
    readonly password: Secret
    /** As `UbDigestInput.ha1`. */
    readonly ha1?: string
    /** 14 octets. */
    readonly auts?: Uint8Array
  },
): UbRequest {
  const { username, bsfName: realm, uri } = identity
  const { nonce, opaque, cnonce, password, ha1, auts } = answer
  const response = computeUbResponse(
    { username, realm, nonce, uri, cnonce, password, ...(ha1 !== undefined && { ha1 }) },
    { method: 'GET', body: NO_BODY },
  )
  const authorization = formatDigestAuthorization({
    username,
    realm,
    nonce,
    uri,
    qop: UB_QOP,
    nc: UB_NC,
    cnonce,
    response,
    ...(opaque === undefined ? {} : { opaque }),
    algorithm: UB_ALGORITHM,
    ...(auts === undefined ? {} : { auts: toBase64(auts) }),
  })
  return requestWith(identity, authorization)
}

/**
 * Message 2: a challenge. Without nonce and opaque it only names the realm, for a UE that did not say
 * who it is.
 */
export function formatChallenge(
  bsf: { readonly bsfName: Fqdn; readonly product: string },
  challenge?: { readonly nonce: string; readonly opaque: string; readonly stale: boolean },
): UbResponse {
  const { nonce = '', opaque, stale = false } = challenge ?? {}
  const header = formatDigestChallenge({
    realm: bsf.bsfName,
    nonce,
    algorithm: UB_ALGORITHM,
    qop: UB_QOP,
    ...(opaque === undefined ? {} : { opaque }),
    ...(stale ? { stale: 'true' } : {}),
  })
  return responseWith(401, bsf.product, { 'www-authenticate': [header] })
}

/** Message 4: the B-TID, proven to come from the holder of XRES. TS 24.109 A.4 */
export function formatSuccess(
  product: string,
  success: { readonly info: BootstrappingInfo; readonly digest: UbDigestInput },
): UbResponse {
  const body = encodeBootstrappingInfo(success.info)
  const info = formatAuthenticationInfo({
    qop: UB_QOP,
    rspauth: computeUbRspauth(success.digest, body),
    cnonce: success.digest.cnonce,
    nc: UB_NC,
  })
  const headers = {
    'authentication-info': [info],
    expires: [new Date(success.info.expiresAtMs).toUTCString()],
    'content-type': [BOOTSTRAPPING_INFO_TYPE],
  }
  return responseWith(200, product, headers, body)
}

/**
 * Any other end. 403 has neither reason nor body, so that an unknown IMPI and a wrong RES look alike.
 *
 * @param reason One line for the engineer at the other end, without any secret.
 */
export function formatRefusal(
  product: string,
  refusal: { readonly status: 400 | 403 | 405 | 413 | 429 | 500 | 503; readonly reason?: string },
): UbResponse {
  const { status, reason } = refusal
  const headers = {
    ...(reason === undefined ? {} : { 'content-type': ['text/plain; charset=utf-8'] }),
    ...(status === 405 ? { allow: ['GET'] } : {}),
    ...(status === 429 ? { 'retry-after': ['60'] } : {}),
  }
  const body = reason === undefined ? NO_BODY : utf8(`${reason}\n`)
  return responseWith(status, product, headers, body)
}

/** The reason in a refusal of anybody's BSF, if it is one printable line of plain text. */
export function reasonIn({ headers, body }: UbResponse): string | undefined {
  const [type = ''] = headers['content-type'] ?? []
  const line = toLatin1(body.subarray(0, MAX_REASON + LINE_END)).trimEnd()
  return /^text\/plain\b/i.test(type) && REASON.test(line) ? line : undefined
}

/** The one value of a header, or `undefined`. @throws {InvalidMessage} If it came more than once. */
export function headerOf(
  message: Pick<UbRequest, 'headers'>,
  name: 'authorization' | 'authentication-info' | 'content-type' | 'host',
): string | undefined {
  const values = message.headers[name] ?? []
  if (values.length > 1) throw new InvalidMessage('doubled', name)
  return values[0]
}

/** Whether the sender says that it understands TMPI; other tokens say nothing here. TS 24.109 A.3 */
export function announcesTmpi(
  { headers }: Pick<UbRequest, 'headers'>,
  name: 'user-agent' | 'server',
): boolean {
  return (headers[name] ?? []).some((value) => value.split(/[\s;,]+/).includes(TMPI_TOKEN))
}

function requestWith(identity: UbIdentity, authorization: string): UbRequest {
  const { bsfName, uri, product, understandsTmpi = false } = identity
  const tokens = [product, RELEASE_TOKEN, ...(understandsTmpi ? [TMPI_TOKEN] : [])]
  const headers = {
    host: [bsfName],
    'user-agent': [tokens.join('; ')],
    accept: ['*/*'],
    authorization: [authorization],
  }
  return { method: 'GET', uri, headers, body: NO_BODY }
}

function responseWith(
  status: number,
  product: string,
  headers: UbResponse['headers'],
  body: Uint8Array = NO_BODY,
): UbResponse {
  const server = `${product}; ${RELEASE_TOKEN}; ${TMPI_TOKEN}`
  return { status, headers: { server: [server], ...headers }, body }
}
