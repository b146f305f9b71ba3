/**
 * NAF_Id = NAF FQDN octets ‖ 5-octet Ua security protocol identifier, without a separator.
 * TS 33.220 H.1; the identifiers of this project are the table of design 4.
 */
import { InvalidMessage } from '../errors/errors.ts'
import { concatOctets, fromHex, fromUtf8, toHex, utf8 } from '../octets/octets.ts'
import { type Fqdn, parseFqdn } from './fqdn.ts'

declare const brand: unique symbol

/** Ua security protocol identifier as 10 lower-case hex digits. TS 33.220 H.2 */
export type UaId = string & { readonly [brand]: 'UaId' }

/** A NAF and the protocol that its key is for. */
export interface NafId {
  readonly nafFqdn: Fqdn
  readonly uaId: UaId
}

const UA_ID_LENGTH = 5

/** EUKey of the CPNS handshake, whatever transport carries it: private range, "CPNS". Design 4 */
export const UA_ID_CPNS = 'ff43504e53' as UaId
/** HTTP Digest that is not inside another listed protocol. TS 33.220 H.3 */
export const UA_ID_HTTP_DIGEST = '0100000002' as UaId
/** Shared-key TLS 1.3, whatever the cipher suite. TS 33.220 H.3 */
export const UA_ID_PSK_TLS_1_3 = '0100000007' as UaId

/** @throws {InvalidMessage} If the text is not 10 hex digits; upper case is folded. */
export function parseUaId(text: string, field = 'UaID'): UaId {
  if (!/^[0-9a-fA-F]{10}$/.test(text)) throw new InvalidMessage('not 10 hex digits', field)
  return text.toLowerCase() as UaId
}

/**
 * Identifier of TLS with this cipher suite: 01 00 01 yy zz. The middle octet is 01 and not mixed with
 * the suite.
 *
 * @param cipherSuite IANA value, 0 to 65535.
 * @see TS 33.220 H.3
 */
export function uaIdOfTls(cipherSuite: number): UaId {
  if (!Number.isInteger(cipherSuite) || cipherSuite < 0 || cipherSuite > 0xffff) {
    throw new RangeError('a cipher suite has two octets')
  }
  return `010001${cipherSuite.toString(16).padStart(4, '0')}` as UaId
}

/** The octets of a NAF_Id. */
export function encodeNafId(nafId: NafId): Uint8Array {
  return concatOctets(utf8(nafId.nafFqdn), fromHex(nafId.uaId))
}

/** @throws {InvalidMessage} If there is no domain name before the last five octets. */
export function decodeNafId(octets: Uint8Array): NafId {
  if (octets.length <= UA_ID_LENGTH) throw new InvalidMessage('truncated', 'NAF_Id')
  const split = octets.length - UA_ID_LENGTH
  return {
    nafFqdn: parseFqdn(fromUtf8(octets.subarray(0, split), 'NAF_Id'), 'NAF_Id'),
    uaId: parseUaId(toHex(octets.subarray(split)), 'NAF_Id'),
  }
}
