/** ueId of the HSS services: which subscriber a path means. TS 29.562 6.3.6, TS 29.571 5.3.2 */
import { InvalidMessage } from '../errors/errors.ts'
import { type Impi, impiOfImpu, parseImpi } from '../identity/impi.ts'
import { impiOfImsi, parseImsi } from '../identity/imsi.ts'

const FORM = /^(msisdn|imsi|impi|impu)-(.+)$/su

/** `impi-…` as it stands in a path. */
export function formatUeId(impi: Impi): string {
  return `impi-${encodeURIComponent(impi)}`
}

/**
 * The IMPIs that a ueId may mean; none for one that no IMPI follows from: an MSISDN, and an IMPU that is no SIP
 * URI. An IMSI does not say how long its network code is, so it stands for two, of which a network has one.
 *
 * @param text As it stands in the path.
 * @throws {InvalidMessage} If it is no ueId.
 * @see TS 23.003 2.2, 13.3, 13.4B
 */
export function parseUeId(text: string): readonly Impi[] {
  const [, kind, value = ''] = FORM.exec(decoded(text)) ?? []
  switch (kind ?? '') {
    case 'impi':
      return [parseImpi(value, 'ueId')]
    case 'imsi': {
      const imsi = parseImsi(value, 'ueId')
      return [impiOfImsi(imsi, 2), impiOfImsi(imsi, 3)]
    }
    case 'impu': {
      const impi = impiOfImpu(value)
      return impi === undefined ? [] : [impi]
    }
    case 'msisdn':
      return []
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
