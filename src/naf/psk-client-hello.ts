/**
 * What PSK-TLS needs of a client's plain handshake messages: versions, server name and identities.
 * RFC 8446 4.1.2 and 4.2.11, RFC 5246 7.4.1.2, RFC 4279 2
 */
import { InvalidMessage } from '../errors/errors.ts'
import { OctetReader } from '../octets/octet-reader.ts'
import { fromUtf8 } from '../octets/octets.ts'

/** A ClientHello, as far as it matters here. */
export interface ClientHello {
  /** Whether `supported_versions` lists TLS 1.3. RFC 8446 4.2.1 */
  readonly offersTls13: boolean
  /** Whether it can go on in TLS 1.2. */
  readonly offersTls12: boolean
  /** `host_name` of `server_name`, printable ASCII. RFC 6066 3 */
  readonly serverName?: string
  /** Of `pre_shared_key`, in its order; those that are not printable ASCII are left out. */
  readonly identities: readonly string[]
}

const TLS_1_2 = 0x0303
const TLS_1_3 = 0x0304
const SERVER_NAME = 0
const PRE_SHARED_KEY = 41
const SUPPORTED_VERSIONS = 43
const HOST_NAME = 0
const RANDOM_LENGTH = 32
const MAX_SESSION_ID_LENGTH = 32
const MIN_BINDER_LENGTH = 32

/**
 * Reads the body of a ClientHello, without its four octets of handshake header.
 *
 * @throws {InvalidMessage} If it is truncated, has trailing octets, or says something twice.
 */
export function parseClientHello(octets: Uint8Array): ClientHello {
  const reader = new OctetReader(octets)
  const legacyVersion = reader.uint16('legacy_version')
  reader.take(RANDOM_LENGTH, 'random')
  if (takeShort(reader, 'legacy_session_id').length > MAX_SESSION_ID_LENGTH) {
    throw new InvalidMessage('over 32 octets', 'legacy_session_id')
  }
  const suites = reader.lengthPrefixed('cipher_suites')
  if (suites.length === 0 || suites.length % 2 !== 0) {
    throw new InvalidMessage('not whole suites', 'cipher_suites')
  }
  if (takeShort(reader, 'compression_methods').length === 0) {
    throw new InvalidMessage('empty', 'compression_methods')
  }
  const extensions = readExtensions(reader)
  const versions = readVersions(extensions.get(SUPPORTED_VERSIONS)) ?? [legacyVersion]
  const serverName = readServerName(extensions.get(SERVER_NAME))
  return {
    offersTls13: versions.includes(TLS_1_3),
    offersTls12: versions.includes(TLS_1_2),
    ...(serverName !== undefined && { serverName }),
    identities: readIdentities(extensions.get(PRE_SHARED_KEY)),
  }
}

/**
 * The identity in the body of a ClientKeyExchange of the plain PSK suites.
 *
 * @returns `undefined` if it is not printable ASCII.
 * @throws {InvalidMessage} If it is truncated or has trailing octets.
 * @see RFC 4279 2
 */
export function parsePskClientKeyExchange(octets: Uint8Array): string | undefined {
  const reader = new OctetReader(octets)
  const identity = reader.lengthPrefixed('psk_identity')
  reader.end('ClientKeyExchange')
  return printable(identity)
}

/** Extensions by type; a ClientHello may end without any, and none comes twice. RFC 8446 4.2 */
function readExtensions(reader: OctetReader): ReadonlyMap<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>()
  if (reader.remaining === 0) return extensions
  const all = new OctetReader(reader.lengthPrefixed('extensions'))
  reader.end('ClientHello')
  let last: number | undefined
  while (all.remaining > 0) {
    last = all.uint16('extension_type')
    if (extensions.has(last)) throw new InvalidMessage('twice', 'extension_type')
    extensions.set(last, all.lengthPrefixed('extension_data'))
  }
  if (extensions.has(PRE_SHARED_KEY) && last !== PRE_SHARED_KEY) {
    throw new InvalidMessage('not the last extension', 'pre_shared_key')
  }
  return extensions
}

function readVersions(data: Uint8Array | undefined): readonly number[] | undefined {
  if (data === undefined) return undefined
  const reader = new OctetReader(data)
  const list = new OctetReader(takeShort(reader, 'supported_versions'))
  reader.end('supported_versions')
  const versions: number[] = []
  while (list.remaining > 0) versions.push(list.uint16('supported_versions'))
  if (versions.length === 0) throw new InvalidMessage('empty', 'supported_versions')
  return versions
}

function readServerName(data: Uint8Array | undefined): string | undefined {
  if (data === undefined) return undefined
  const reader = new OctetReader(data)
  const list = new OctetReader(reader.lengthPrefixed('server_name'))
  reader.end('server_name')
  let found: string | undefined
  while (list.remaining > 0) {
    const type = list.uint8('name_type')
    const name = list.lengthPrefixed('host_name')
    if (type !== HOST_NAME) continue
    if (found !== undefined) throw new InvalidMessage('twice', 'host_name')
    found = printable(name)
    if (found === undefined) throw new InvalidMessage('not ASCII', 'host_name')
  }
  return found
}

/** OfferedPsks: each identity has one binder. RFC 8446 4.2.11 */
function readIdentities(data: Uint8Array | undefined): readonly string[] {
  if (data === undefined) return []
  const reader = new OctetReader(data)
  const identities = new OctetReader(reader.lengthPrefixed('identities'))
  const binders = new OctetReader(reader.lengthPrefixed('binders'))
  reader.end('pre_shared_key')
  const found: string[] = []
  let unmatched = 0
  while (identities.remaining > 0) {
    const identity = identities.lengthPrefixed('identity')
    if (identity.length === 0) throw new InvalidMessage('empty', 'identity')
    identities.uint32('obfuscated_ticket_age')
    unmatched += 1
    const text = printable(identity)
    if (text !== undefined) found.push(text)
  }
  if (unmatched === 0) throw new InvalidMessage('empty', 'identities')
  while (binders.remaining > 0) {
    if (takeShort(binders, 'binder').length < MIN_BINDER_LENGTH) {
      throw new InvalidMessage('under 32 octets', 'binder')
    }
    unmatched -= 1
  }
  if (unmatched !== 0) throw new InvalidMessage('not one an identity', 'binders')
  return found
}

/** A part with a 1-octet length before it. */
function takeShort(reader: OctetReader, field: string): Uint8Array {
  return reader.take(reader.uint8(field), field)
}

function printable(octets: Uint8Array): string | undefined {
  const isPrintable = octets.length > 0 && octets.every((octet) => octet > 0x20 && octet < 0x7f)
  return isPrintable ? fromUtf8(octets) : undefined
}
