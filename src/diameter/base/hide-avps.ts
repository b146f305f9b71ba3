/** Messages whose secrets are gone and whose structure is left: zeros of the same length. Design 11 */
import type { Avp } from './avp.ts'
import { decodeAvps, encodeAvps } from './avp-codec.ts'

/** Which AVPs of one vendor hold secrets. */
export interface SecretAvps {
  readonly vendorId: number
  readonly secret: readonly number[]
  /** Groups that have such AVPs in them. */
  readonly groups: readonly number[]
}

/** The same AVPs with zeros in those that are secret. @throws {DiameterFailure} If a group is none. */
export function hideAvps(avps: readonly Avp[], rules: SecretAvps): Avp[] {
  return avps.map((avp) => {
    if (avp.vendorId !== rules.vendorId) return avp
    if (rules.secret.includes(avp.code)) return { ...avp, data: new Uint8Array(avp.data.length) }
    if (!rules.groups.includes(avp.code)) return avp
    return { ...avp, data: encodeAvps(hideAvps(decodeAvps(avp.data), rules)) }
  })
}
