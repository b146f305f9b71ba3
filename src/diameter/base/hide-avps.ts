/**
 * Messages whose secrets are gone and whose structure is left: zeros of the same length. What is not known may be a
 * secret, also one in the wrong place. Design 11
 */
import type { Avp } from './avp.ts'
import { decodeAvps, encodeAvps } from './avp-codec.ts'
import { isBaseAvp } from './avp-rules.ts'
import { DiameterFailure } from './diameter-failure.ts'

/** Which AVPs of one vendor may be seen, besides those of the base protocol. */
export interface OpenAvps {
  readonly vendorId: number
  readonly open: readonly number[]
  /** Groups that are looked into. */
  readonly groups: readonly number[]
}

/** The same AVPs, with zeros in those that may not be seen. */
export function hideAvps(avps: readonly Avp[], rules: OpenAvps): Avp[] {
  return avps.map((avp) => {
    if (isBaseAvp(avp)) return avp
    const isKnown = avp.vendorId === rules.vendorId
    if (isKnown && rules.open.includes(avp.code)) return avp
    const group = isKnown && rules.groups.includes(avp.code) ? hiddenGroup(avp, rules) : undefined
    return { ...avp, data: group ?? new Uint8Array(avp.data.length) }
  })
}

/** Nothing if it is no group. */
function hiddenGroup({ data }: Avp, rules: OpenAvps): Uint8Array | undefined {
  try {
    return encodeAvps(hideAvps(decodeAvps(data), rules))
  } catch (error) {
    if (error instanceof DiameterFailure) return undefined
    throw error
  }
}
