/**
 * WWW-Authenticate, Authorization and Authentication-Info of the Digest scheme.
 * RFC 7616 3.3 to 3.5, RFC 3310 3.1 to 3.4
 *
 * One table a header gives type, parser and writer. Parameters that are not in the table are ignored
 * (RFC 7616 3.3); what a value means is judged by who uses it.
 */
import { InvalidMessage } from '../errors/errors.ts'
import {
  type AuthParams,
  formatQuoted,
  formatToken,
  parseAuthParams,
  parseAuthSchemes,
} from './auth-params.ts'

interface Rule {
  /** How it is written; both forms are read. */
  readonly form: 'quoted' | 'token'
  readonly required: boolean
  /** In characters. */
  readonly maxLength: number
  readonly pattern?: RegExp
}

/** Required parameters as strings, the others optional. */
type Values<Rules extends Record<string, Rule>> = {
  readonly [Name in keyof Rules as Rules[Name]['required'] extends true ? Name : never]: string
} & {
  readonly [Name in keyof Rules as Rules[Name]['required'] extends true ? never : Name]?: string
}

const ALGORITHM = { form: 'token', required: false, maxLength: 32 } as const
const CNONCE = { form: 'quoted', required: false, maxLength: 256 } as const
const NC = { form: 'token', required: false, maxLength: 8, pattern: /^[0-9a-f]{8}$/ } as const
const NONCE_LENGTH = 1024
/** A BSF keeps its memory of a challenge in it. */
const OPAQUE = { form: 'quoted', required: false, maxLength: 4096 } as const
const QOP = { form: 'token', required: false, maxLength: 32 } as const
/** A NAF may offer two forms of its realm in one value. TS 24.109 5.2.4 */
const REALM = { form: 'quoted', required: true, maxLength: 1024 } as const

const CHALLENGE = {
  realm: REALM,
  nonce: { form: 'quoted', required: true, maxLength: NONCE_LENGTH },
  algorithm: ALGORITHM,
  qop: { ...QOP, form: 'quoted' },
  opaque: OPAQUE,
  stale: { form: 'token', required: false, maxLength: 8 },
} as const satisfies Record<string, Rule>

const AUTHORIZATION = {
  username: { form: 'quoted', required: true, maxLength: 512 },
  realm: REALM,
  nonce: { form: 'quoted', required: true, maxLength: NONCE_LENGTH },
  uri: { form: 'quoted', required: true, maxLength: 2048 },
  qop: QOP,
  nc: NC,
  cnonce: CNONCE,
  response: { form: 'quoted', required: true, maxLength: 128 },
  opaque: OPAQUE,
  algorithm: ALGORITHM,
  /** Base64 of 14 octets. RFC 3310 3.4 */
  auts: { form: 'quoted', required: false, maxLength: 64 },
} as const satisfies Record<string, Rule>

const AUTHENTICATION_INFO = {
  qop: QOP,
  rspauth: { form: 'quoted', required: false, maxLength: 128 },
  cnonce: CNONCE,
  nc: NC,
  nextnonce: { form: 'quoted', required: false, maxLength: NONCE_LENGTH },
} as const satisfies Record<string, Rule>

/** A Digest challenge; `qop` is the list as offered, in one text. RFC 7616 3.3 */
export type DigestChallenge = Values<typeof CHALLENGE>

/** Digest credentials. RFC 7616 3.4 */
export type DigestAuthorization = Values<typeof AUTHORIZATION>

/** Digest's answer to good credentials. RFC 7616 3.5 */
export type DigestAuthenticationInfo = Values<typeof AUTHENTICATION_INFO>

/**
 * The Digest challenges of one WWW-Authenticate header, in its order; other schemes are passed over.
 *
 * @throws {InvalidMessage} Naming the parameter that is missing, doubled, malformed or too long, or
 * the header.
 * @see RFC 7616 3.3
 */
export function parseDigestChallenges(header: string): readonly DigestChallenge[] {
  return parseAuthSchemes(header, 'WWW-Authenticate')
    .filter(({ scheme }) => scheme === 'digest')
    .map(({ params }) => readValues(params, CHALLENGE))
}

/** The value of a WWW-Authenticate header. @throws {RangeError} If a value does not fit a header. */
export function formatDigestChallenge(challenge: DigestChallenge): string {
  return `Digest ${formatValues(challenge, CHALLENGE)}`
}

/** The quality-of-protection values that a challenge offers. RFC 7616 3.3 */
export function qopsOffered(challenge: DigestChallenge): readonly string[] {
  return (challenge.qop ?? '')
    .split(',')
    .map((qop) => qop.trim())
    .filter((qop) => qop !== '')
}

/**
 * The credentials of an Authorization header.
 *
 * @throws {InvalidMessage} As `parseDigestChallenges`, and if the scheme is not Digest alone.
 * @see RFC 7616 3.4
 */
export function parseDigestAuthorization(header: string): DigestAuthorization {
  const [credentials, ...others] = parseAuthSchemes(header, 'Authorization')
  if (credentials?.scheme !== 'digest' || others.length > 0) {
    throw new InvalidMessage('not the Digest scheme', 'Authorization')
  }
  return readValues(credentials.params, AUTHORIZATION)
}

/** The value of an Authorization header. @throws {RangeError} If a value does not fit a header. */
export function formatDigestAuthorization(authorization: DigestAuthorization): string {
  return `Digest ${formatValues(authorization, AUTHORIZATION)}`
}

/** What an Authentication-Info header says. @throws {InvalidMessage} As `parseDigestChallenges`. */
export function parseAuthenticationInfo(header: string): DigestAuthenticationInfo {
  return readValues(parseAuthParams(header, 'Authentication-Info'), AUTHENTICATION_INFO)
}

/** The value of an Authentication-Info header. @throws {RangeError} If a value does not fit a header. */
export function formatAuthenticationInfo(info: DigestAuthenticationInfo): string {
  return formatValues(info, AUTHENTICATION_INFO)
}

function readValues<Rules extends Record<string, Rule>>(
  params: AuthParams,
  rules: Rules,
): Values<Rules> {
  const values: Record<string, string> = {}
  for (const name in rules) {
    const { required, maxLength, pattern } = rules[name] as Rule
    const value = params.get(name)
    if (value === undefined && required) throw new InvalidMessage('missing', name)
    if (value === undefined) continue
    if (value.length > maxLength) throw new InvalidMessage(`over ${maxLength} characters`, name)
    if (pattern?.test(value) === false) throw new InvalidMessage('malformed', name)
    values[name] = value
  }
  return values as Values<Rules>
}

function formatValues(values: Record<string, string | undefined>, rules: Record<string, Rule>) {
  const parts: string[] = []
  for (const name in rules) {
    const value = values[name]
    if (value === undefined) continue
    const { form } = rules[name] as Rule
    parts.push(form === 'quoted' ? formatQuoted(name, value) : formatToken(name, value))
  }
  return parts.join(', ')
}
