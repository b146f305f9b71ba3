/**
 * Ub from the BSF's end: what a request of a UE is, and whether its answer to a challenge is right.
 * TS 24.109 4, RFC 3310. What a challenge was, and that it is answered once, is the BSF's to know.
 */
import type { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { findDigestAlgorithm, isExpectedDigest } from '../http-digest/digest.ts'
import {
  type DigestAuthorization,
  parseDigestAuthorization,
} from '../http-digest/digest-headers.ts'
import { isUriOfRequest } from '../http-digest/request-uri.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import { fromBase64 } from '../octets/octets.ts'
import type { UbRequest } from './ub-exchange.ts'
import {
  computeUbHa1,
  computeUbResponse,
  EMPTY_PASSWORD,
  headerOf,
  UB_ALGORITHM,
  UB_NC,
  UB_QOP,
  type UbDigestInput,
} from './ub-messages.ts'

/** A request of a UE, by its place in the exchange. */
export type UbMessage =
  /** No Authorization at all: nobody can be challenged. */
  | { readonly kind: 'anonymous' }
  /** Message 1. */
  | { readonly kind: 'initial'; readonly username: string }
  | UbAnswer

/** Message 3: the answer to a challenge. */
export interface UbAnswer {
  readonly kind: 'answer'
  readonly username: string
  readonly nonce: string
  /** As the BSF gave it with the challenge; not yet read. */
  readonly opaque: string
  readonly uri: string
  readonly cnonce: string
  readonly response: string
  /** 14 octets, after a synchronisation failure. RFC 3310 3.4 */
  readonly auts?: Uint8Array | undefined
}

const AUTS_LENGTH = 14

/**
 * What a request is. An empty nonce makes it message 1, whatever else is there.
 *
 * @throws {InvalidMessage} Naming the parameter that is missing, doubled, too long, malformed, or not
 * what Ub prescribes (realm, uri, qop, nc, algorithm).
 * @see TS 24.109 A.3, A.4
 */
export function readUbRequest(request: UbRequest, bsfName: Fqdn): UbMessage {
  const header = headerOf(request, 'authorization')
  if (header === undefined) return { kind: 'anonymous' }
  const authorization = parseDigestAuthorization(header)
  const { username, realm, uri, nonce } = authorization
  if (realm !== bsfName) throw new InvalidMessage('not the name of this BSF', 'realm')
  const host = headerOf(request, 'host')
  if (!isUriOfRequest(uri, { uri: request.uri, host })) {
    throw new InvalidMessage('not the Request-URI', 'uri')
  }
  return nonce === '' ? { kind: 'initial', username } : readAnswer(authorization)
}

/**
 * Whether an answer proves its password: XRES (its GBA_U form where GBA_U was chosen), or with AUTS
 * the empty one, which proves nothing but that the header is whole. In constant time.
 *
 * @param input.request The request of `answer`; its method and body are covered by auth-int.
 * @param digest Of `digestOfUbAnswer`, if it is there already.
 */
export function verifyUbAnswer(
  answer: UbAnswer,
  input: {
    readonly request: Pick<UbRequest, 'method' | 'body'>
    readonly bsfName: Fqdn
    readonly xres: Secret
  },
  digest = digestOfUbAnswer(answer, input),
): boolean {
  return isExpectedDigest(computeUbResponse(digest, input.request), answer.response)
}

/** What the digests of an answer, and of the answer to it, are computed over. */
export function digestOfUbAnswer(
  { username, nonce, uri, cnonce, auts }: UbAnswer,
  { bsfName: realm, xres }: { readonly bsfName: Fqdn; readonly xres: Secret },
): UbDigestInput {
  const password = auts === undefined ? xres : EMPTY_PASSWORD
  const ha1 = computeUbHa1({ username, realm, nonce, password })
  return { username, realm, nonce, uri, cnonce, password, ha1 }
}

function readAnswer(authorization: DigestAuthorization): UbAnswer {
  const { username, nonce, uri, response, auts } = authorization
  const algorithm = required(authorization, 'algorithm')
  if (findDigestAlgorithm(algorithm) !== UB_ALGORITHM) {
    throw new InvalidMessage(`not ${UB_ALGORITHM}`, 'algorithm')
  }
  if (required(authorization, 'qop') !== UB_QOP) throw new InvalidMessage(`not ${UB_QOP}`, 'qop')
  if (required(authorization, 'nc') !== UB_NC) throw new InvalidMessage(`not ${UB_NC}`, 'nc')
  const cnonce = required(authorization, 'cnonce')
  if (cnonce === '') throw new InvalidMessage('empty', 'cnonce')
  return {
    kind: 'answer',
    username,
    nonce,
    opaque: required(authorization, 'opaque'),
    uri,
    cnonce,
    response,
    auts: auts === undefined ? undefined : readAuts(auts),
  }
}

function required(
  authorization: DigestAuthorization,
  name: 'algorithm' | 'qop' | 'nc' | 'opaque' | 'cnonce',
): string {
  const value = authorization[name]
  if (value === undefined) throw new InvalidMessage('missing', name)
  return value
}

function readAuts(text: string): Uint8Array {
  const auts = fromBase64(text, 'auts')
  if (auts.length !== AUTS_LENGTH) throw new InvalidMessage(`not ${AUTS_LENGTH} octets`, 'auts')
  return auts
}
