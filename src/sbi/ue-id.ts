/** ueId of the HSS services: which subscriber a path means. TS 29.562 6.3.6, TS 29.571 5.3.2 */
import { InvalidMessage } from '../errors/errors.ts'
import { type Impi, parseImpi } from '../identity/impi.ts'
import { impiOfImsi, type MncLength, parseImsi } from '../identity/imsi.ts'

const FORM = /^(msisdn|imsi|impi|impu)-(.+)$/su

/** `impi-…` as it stands in a path. */
export function formatUeId(impi: Impi): string {
  return `impi-${encodeURIComponent(impi)}`
}

/**
 * The IMPI that a ueId means; `undefined` for an identity of a form that is not known here: MSISDN, IMPU,
 * and IMSI if it is not said how long a network code is.
 *
 * @param text As it stands in the path.
 * @param mncLength Digits of the mobile network code, for `imsi-…`. TS 23.003 13.3
 * @throws {InvalidMessage} If it is no ueId.
 */
export function parseUeId(text: string, mncLength?: MncLength): Impi | undefined {
  const [, kind, value = ''] = FORM.exec(decoded(text)) ?? []
  switch (kind ?? '') {
    case 'impi':
      return parseImpi(value, 'ueId')
    case 'imsi': {
      const imsi = parseImsi(value, 'ueId')
      return mncLength && impiOfImsi(imsi, mncLength)
    }
    case 'msisdn':
    case 'impu':
      return undefined
    default:
      throw new InvalidMessage('of no known form', 'ueId')
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new InvalidMessage('not percent-encoded', 'ueId')
  }
}
