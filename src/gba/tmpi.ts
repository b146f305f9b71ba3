/** TMPI: a temporary name for an IMPI, which UE and BSF both make from Ks. TS 33.220 B.4 */
import type { Secret } from '../crypto/secret.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { Impi } from '../identity/impi.ts'
import { encodeNafId, type NafId, type UaId } from '../identity/naf-id.ts'
import { toBase64 } from '../octets/octets.ts'
import { deriveKsNaf } from './ks-naf.ts'

const TMPI_DOMAIN = '@tmpi.bsf.3gppnetwork.org'
const TMPI_OCTETS = 24
/** Not a real Ua protocol: it keeps TMPI apart from keys. TS 33.220 H.3 */
const UA_ID_TMPI = '0100000100' as UaId

/**
 * The NAF_Id whose Ks_NAF (GBA_ME) or Ks_ext_NAF (GBA_U, from the card) a TMPI is made of: BSF FQDN ‖
 * 01 00 00 01 00.
 *
 * @see TS 33.220 B.4, H.3
 */
export function tmpiNafId(bsfName: Fqdn): NafId {
  return { nafFqdn: bsfName, uaId: UA_ID_TMPI }
}

/**
 * TMPI = base64(first 24 octets of the key) "@" tmpi.bsf.3gppnetwork.org.
 *
 * @param key The key of `tmpiNafId`, 32 octets.
 * @see TS 33.220 B.4
 */
export function formatTmpi(key: Secret): string {
  return `${toBase64(key.reveal().subarray(0, TMPI_OCTETS))}${TMPI_DOMAIN}`
}

/**
 * TMPI from Ks: key = KDF(Ks, "gba-me", RAND, IMPI, BSF FQDN ‖ 01 00 00 01 00), as `formatTmpi` writes it.
 *
 * @param ks CK ‖ IK, 32 octets.
 * @param input.rand RAND of the bootstrapping run, 16 octets.
 * @throws {RangeError} If Ks or RAND has another length.
 * @see TS 33.220 B.4
 */
export function deriveTmpi(
  ks: Secret,
  input: { readonly rand: Uint8Array; readonly impi: Impi; readonly bsfName: Fqdn },
): string {
  const nafId = encodeNafId(tmpiNafId(input.bsfName))
  return formatTmpi(deriveKsNaf(ks, { rand: input.rand, impi: input.impi, nafId }))
}

/** Whether a user name on Ub is a TMPI and no IMPI. TS 24.109 A.3 */
export function isTmpi(username: string): boolean {
  return username.endsWith(TMPI_DOMAIN)
}
