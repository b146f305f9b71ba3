/**
 * IMSI, and the names that are made from it: the IMPI of a USIM and the BSF name of its home network.
 * TS 23.003 13.3 and 16.2
 */
import { InvalidMessage } from '../errors/errors.ts'
import { type Fqdn, parseFqdn } from './fqdn.ts'
import { type Impi, parseImpi } from './impi.ts'

declare const brand: unique symbol

/** 6 to 15 decimal digits: MCC, MNC, MSIN. */
export type Imsi = string & { readonly [brand]: 'Imsi' }

/** How many digits the MNC has; EF_AD of the card says so. TS 31.102 4.2.18 */
export type MncLength = 2 | 3

/** @throws {InvalidMessage} If the text is not 6 to 15 digits. */
export function parseImsi(text: string, field = 'IMSI'): Imsi {
  if (!/^\d{6,15}$/.test(text)) throw new InvalidMessage('not 6 to 15 digits', field)
  return text as Imsi
}

/** Countries whose MNCs have three digits, from memory of the list of ITU-T E.212 (90 %). */
const MCC_OF_LONG_MNC = /^(302|31[0-6]|334|338|342|344|346|348|365|708|722|732)/

/** Digits of the MNC where the card does not say: what is usual in the country of the IMSI. ITU-T E.212 */
export function usualMncLength(imsi: Imsi): MncLength {
  return MCC_OF_LONG_MNC.test(imsi) ? 3 : 2
}

/** `<IMSI>@ims.mnc<MNC>.mcc<MCC>.3gppnetwork.org`, MNC padded to three digits. TS 23.003 13.3 */
export function impiOfImsi(imsi: Imsi, mncLength: MncLength): Impi {
  return parseImpi(`${imsi}@ims.${networkOf(imsi, mncLength)}.3gppnetwork.org`)
}

/** `bsf.mnc<MNC>.mcc<MCC>.pub.3gppnetwork.org`. TS 23.003 16.2 */
export function bsfNameOfImsi(imsi: Imsi, mncLength: MncLength): Fqdn {
  return parseFqdn(`bsf.${networkOf(imsi, mncLength)}.pub.3gppnetwork.org`)
}

function networkOf(imsi: Imsi, mncLength: MncLength): string {
  const mcc = imsi.slice(0, 3)
  const mnc = imsi.slice(3, 3 + mncLength).padStart(3, '0')
  return `mnc${mnc}.mcc${mcc}`
}
