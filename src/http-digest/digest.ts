/**
 * The computations of HTTP Digest: response and rspauth. RFC 7616 3.4, RFC 2617 3.2.2, RFC 3310 3.3
 *
 * HA1 and HA2 are H(A1) and H(A2) as lower-case hex. The password is octets, because with AKA it is
 * RES itself (RFC 3310 3.3).
 */
import { md5Hex, sha256Hex } from '../crypto/hash.ts'
import type { Secret } from '../crypto/secret.ts'
import { concatOctets, equalOctets, utf8 } from '../octets/octets.ts'

/** Algorithms that can be computed here. RFC 7616 3.3, RFC 3310 3.1 */
export type DigestAlgorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess' | 'AKAv1-MD5'

/** Quality of protection. RFC 7616 3.4 */
export type DigestQop = 'auth' | 'auth-int'

/** Everything that enters a digest. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm
  readonly username: string
  readonly realm: string
  /** Any octets; empty for the answer with AUTS (RFC 3310 3.4). */
  readonly password: Secret
  readonly nonce: string
  /** As in the `uri` parameter. */
  readonly uri: string
  readonly method: string
  /** Absent in the form of RFC 2069. */
  readonly qop?: DigestQop
  /** 8 hex digits; needed with `qop`. */
  readonly nc?: string
  /** Needed with `qop`, and by the algorithms that end in `-sess`. */
  readonly cnonce?: string
  /** Entity body of the message that the digest protects; only `auth-int` covers it. */
  readonly body: Uint8Array
}

interface AlgorithmEntry {
  /** Lower-case hex. */
  readonly hash: (data: Uint8Array | string) => string
  /** Of no octets, for the requests without a body, which are most. */
  readonly emptyHash: string
  /** A1 is bound to nonce and cnonce. RFC 7616 3.4.2 */
  readonly session: boolean
}

const MD5 = { hash: md5Hex, emptyHash: md5Hex(''), session: false }
const SHA_256 = { hash: sha256Hex, emptyHash: sha256Hex(''), session: false }

const ALGORITHMS: Readonly<Record<DigestAlgorithm, AlgorithmEntry>> = {
  MD5,
  'MD5-sess': { ...MD5, session: true },
  'SHA-256': SHA_256,
  'SHA-256-sess': { ...SHA_256, session: true },
  'AKAv1-MD5': MD5,
}

/** The names of all algorithms in the table. */
export const DIGEST_ALGORITHMS = Object.keys(ALGORITHMS) as readonly DigestAlgorithm[]

const BY_NAME: ReadonlyMap<string, DigestAlgorithm> = new Map(
  DIGEST_ALGORITHMS.map((name) => [name.toLowerCase(), name]),
)

/** The algorithm of this name, whatever its case; `undefined` if it is not in the table. */
export function findDigestAlgorithm(name: string): DigestAlgorithm | undefined {
  return BY_NAME.get(name.toLowerCase())
}

type Ha1Input = Pick<
  DigestInput,
  'algorithm' | 'username' | 'realm' | 'password' | 'nonce' | 'cnonce'
>

/**
 * HA1, for who computes several digests of one exchange: as good as the password for this realm (and, with
 * `-sess`, this exchange), so as secret.
 *
 * @returns Lower-case hex, 32 or 64 digits.
 * @throws {TypeError} If `cnonce` is needed and absent.
 * @see RFC 7616 3.4.2
 */
export function computeHa1(input: Ha1Input): string {
  const { hash, session } = ALGORITHMS[input.algorithm]
  const credentials = utf8(`${input.username}:${input.realm}:`)
  const secret = hash(concatOctets(credentials, input.password.reveal()))
  return session ? hash(`${secret}:${input.nonce}:${needed(input, 'cnonce')}`) : secret
}

/**
 * The `response` of a request: KD(HA1, nonce:nc:cnonce:qop:HA2), without qop KD(HA1, nonce:HA2).
 *
 * @param ha1 Of `computeHa1`, if it is there already.
 * @returns Lower-case hex, 32 or 64 digits.
 * @throws {TypeError} If `nc` or `cnonce` is needed and absent.
 * @see RFC 7616 3.4.1
 */
export function computeDigestResponse(input: DigestInput, ha1?: string): string {
  return keyedDigest(input, input.method, ha1)
}

function keyedDigest(
  input: Omit<DigestInput, 'method'>,
  method: string,
  ha1 = computeHa1(input),
): string {
  const { hash, emptyHash } = ALGORITHMS[input.algorithm]
  const a2 = `${method}:${input.uri}`
  const bodyHash = () => (input.body.length === 0 ? emptyHash : hash(input.body))
  const ha2 = hash(input.qop === 'auth-int' ? `${a2}:${bodyHash()}` : a2)
  const freshness =
    input.qop === undefined
      ? input.nonce
      : `${input.nonce}:${needed(input, 'nc')}:${needed(input, 'cnonce')}:${input.qop}`
  return hash(`${ha1}:${freshness}:${ha2}`)
}

/**
 * The `rspauth` of an answer: as `response`, but A2 has no method, and its body is the answer's.
 *
 * @param input The values of the request, with the body of the answer.
 * @param ha1 As with `computeDigestResponse`.
 * @returns Lower-case hex, 32 or 64 digits.
 * @throws {TypeError} As `computeDigestResponse`.
 * @see RFC 7616 3.5
 */
export function computeRspauth(input: Omit<DigestInput, 'method'>, ha1?: string): string {
  return keyedDigest(input, '', ha1)
}

/**
 * Whether a digest of a peer is the expected one, in constant time; as that is lower-case hex, nothing
 * else is equal to it.
 */
export function isExpectedDigest(expected: string, received: string): boolean {
  return equalOctets(utf8(expected), utf8(received))
}

function needed(input: Ha1Input & Pick<DigestInput, 'nc'>, name: 'nc' | 'cnonce'): string {
  const value = input[name]
  if (value === undefined) throw new TypeError(`${name} is needed with qop or a -sess algorithm`)
  return value
}
