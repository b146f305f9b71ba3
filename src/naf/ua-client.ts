/**
 * Ua from the client's end: which challenge to answer, the answer, and whether the server proved that it
 * has the key too. TS 24.109 5.2, RFC 7616 3.3 to 3.5
 */
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import {
  computeDigestResponse,
  computeRspauth,
  type DigestInput,
  type DigestQop,
  findDigestAlgorithm,
  isExpectedDigest,
} from '../http-digest/digest.ts'
import {
  type DigestChallenge,
  formatDigestAuthorization,
  parseAuthenticationInfo,
  parseDigestChallenges,
  qopsOffered,
} from '../http-digest/digest-headers.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import { toBase64, utf8 } from '../octets/octets.ts'
import type { UaKey } from './card-key-source.ts'
import type { UaAlgorithm } from './options.ts'
import { formatRealm, type KeyUse, parseRealmOffer } from './realm.ts'

/** What a client goes by; the name is never the server's. Design 4 */
export interface UaWanted {
  /** The host of the URL that was asked for. */
  readonly nafFqdn: Fqdn
  /** Kinds of key that the client has, the preferred one first. */
  readonly keyUses: readonly KeyUse[]
  /** Without it a digest that leaves the body out (`auth`) is not taken up. */
  readonly isTls: boolean
}

/** A challenge that can be answered. */
export interface UaChallenge {
  readonly outcome: 'challenge'
  readonly keyUse: KeyUse
  readonly realm: string
  readonly algorithm: UaAlgorithm
  readonly qop: DigestQop
  readonly nonce: string
  readonly opaque?: string
  /** The former answer was good but for its nonce. */
  readonly isStale: boolean
}

/** What came of a 401. */
export type ChallengeChoice =
  | UaChallenge
  /** It asks for no key of GBA, or in a way that is not known here. */
  | { readonly outcome: 'none' }
  /** It asks for a key of another NAF: whoever answered would have a use for it. */
  | { readonly outcome: 'name-mismatch' }

/** One answer, and how its own answer is judged. */
export interface UaAnswer {
  /** Value of the Authorization header. */
  readonly authorization: string
  /**
   * @param header Value of the Authentication-Info header of the server's answer.
   * @param body Its entity body.
   * @returns Whether it is from the holder of the key, and what it covers.
   */
  judge(header: string | undefined, body: Uint8Array): ServerProof
}

/** What an Authentication-Info header proves. `body`: also that nobody changed the body. */
export type ServerProof = 'missing' | 'wrong' | 'server' | 'body'

/** The first challenge that can be answered, in the server's order of preference. RFC 7616 3.7 */
export function chooseChallenge(headers: readonly string[], wanted: UaWanted): ChallengeChoice {
  const usable = headers
    .flatMap(parseReadable)
    .flatMap((challenge) => ({ challenge, forms: parseRealmOffer(challenge.realm) }))
    .filter(({ forms }) => forms.length > 0)
  for (const { challenge, forms } of usable) {
    const own = forms.filter(({ nafFqdn }) => nafFqdn === wanted.nafFqdn)
    const keyUse = wanted.keyUses.find((use) => own.some((form) => form.keyUse === use))
    const chosen = keyUse && chooseParameters(challenge, { ...wanted, keyUse })
    if (chosen !== undefined) return chosen
  }
  const isForeign = ({ forms }: (typeof usable)[number]): boolean =>
    forms.every(({ nafFqdn }) => nafFqdn !== wanted.nafFqdn)
  return { outcome: usable.some(isForeign) ? 'name-mismatch' : 'none' }
}

function chooseParameters(
  challenge: DigestChallenge,
  { keyUse, nafFqdn, isTls }: UaWanted & { readonly keyUse: KeyUse },
): UaChallenge | undefined {
  const algorithm = findDigestAlgorithm(challenge.algorithm ?? 'MD5')
  const offered = qopsOffered(challenge)
  const preferred: readonly DigestQop[] = isTls ? ['auth', 'auth-int'] : ['auth-int']
  const qop = preferred.find((one) => offered.includes(one))
  if (algorithm === undefined || algorithm === 'AKAv1-MD5' || qop === undefined) return undefined
  const { nonce, opaque } = challenge
  return {
    outcome: 'challenge',
    keyUse,
    realm: formatRealm({ keyUse, nafFqdn }),
    algorithm,
    qop,
    nonce,
    ...(opaque !== undefined && { opaque }),
    isStale: challenge.stale?.toLowerCase() === 'true',
  }
}

/** Credentials for one request. @param request.nc 1 to 2^32 - 1, each once a nonce. */
export function answerChallenge(
  challenge: UaChallenge,
  { btid, key }: UaKey,
  request: Pick<DigestInput, 'method' | 'uri' | 'body'> & {
    readonly nc: number
    readonly cnonce: string
  },
): UaAnswer {
  const { realm, algorithm, qop, nonce, opaque } = challenge
  const nc = request.nc.toString(16).padStart(8, '0')
  const { uri, cnonce } = request
  const parameters = { username: btid, realm, nonce, uri, qop, nc, cnonce, algorithm } as const
  const password = Secret.of(utf8(toBase64(key.reveal())))
  const digest = { ...parameters, password }
  const response = computeDigestResponse({ ...request, ...digest })
  return {
    authorization: formatDigestAuthorization({
      ...parameters,
      response,
      ...(opaque !== undefined && { opaque }),
    }),
    judge: (header, body) => judgeInfo(digest, header, body),
  }
}

/** A server may protect less than was asked of it, and says so in `qop`. RFC 7616 3.5 */
function judgeInfo(
  digest: Omit<DigestInput, 'method' | 'body'> & { readonly qop: DigestQop },
  header: string | undefined,
  body: Uint8Array,
): ServerProof {
  if (header === undefined) return 'missing'
  try {
    const { rspauth, qop = digest.qop } = parseAuthenticationInfo(header)
    if (rspauth === undefined) return 'missing'
    if (qop !== 'auth' && qop !== 'auth-int') return 'wrong'
    const expected = computeRspauth({ ...digest, qop, body })
    if (!isExpectedDigest(expected, rspauth)) return 'wrong'
    return qop === 'auth-int' ? 'body' : 'server'
  } catch (error) {
    if (error instanceof InvalidMessage) return 'wrong'
    throw error
  }
}

/** Whether the challenges of a 401 ask for Ks_int_NAF and nothing else of GBA. TS 24.109 5.2.4 */
export function asksForUiccKeyAlone(headers: readonly string[]): boolean {
  const forms = headers.flatMap(parseReadable).flatMap(({ realm }) => parseRealmOffer(realm))
  return forms.length > 0 && forms.every(({ keyUse }) => keyUse === 'UICC')
}

/** `nextnonce` of an answer that was believed. RFC 7616 3.5 */
export function nextNonceOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : parseAuthenticationInfo(header).nextnonce
}

/** A header that cannot be read offers nothing. */
function parseReadable(header: string): readonly DigestChallenge[] {
  try {
    return parseDigestChallenges(header)
  } catch (error) {
    if (error instanceof InvalidMessage) return []
    throw error
  }
}
