/** Messages of Zh and Zn as octets for who looks on. TS 29.109, design 11 */
import { VENDOR_3GPP } from '../../diameter/base/base-avps.ts'
import { hideAvps } from '../../diameter/base/hide-avps.ts'
import {
  type DiameterMessage,
  encodeMessage,
  type MessageIds,
} from '../../diameter/base/message.ts'
import type { TraceEvent } from '../../trace/trace.ts'

/**
 * All AVPs of MAA and BIA but XRES, CK and IK within SIP-Auth-Data-Item, and ME- and UICC-Key-Material.
 * TS 29.109 6.3
 */
const OPEN_IN_ANSWERS = {
  vendorId: VENDOR_3GPP,
  open: [400, 404, 408, 410, 601, 607, 608, 609, 613],
  groups: [612],
}

/** Identifiers of a message that is never sent. */
export const NO_IDS: MessageIds = { hopByHop: 0, endToEnd: 0 }

/**
 * The octets of an event. The header's identifiers are of one connection, which no role sees: both are made
 * from the Session-Id here, so that who reads the octets finds the answer of each request.
 *
 * @param write The message; called when the octets are wanted.
 */
export function diameterWire(
  sessionId: string,
  write: () => DiameterMessage,
): NonNullable<TraceEvent['wire']> {
  return ({ reveal }) => {
    const message = write()
    // In a request the same AVP holds RAND and AUTS, which go over the air in clear.
    const isHidden = !reveal && !message.request
    const avps = isHidden ? hideAvps(message.avps, OPEN_IN_ANSWERS) : message.avps
    const id = numberOf(sessionId)
    const octets = encodeMessage({ ...message, avps, hopByHop: id, endToEnd: id })
    return { protocol: 'diameter', octets }
  }
}

/** As `diameterWire`, of an answer that came; nothing if none did. */
export function answeredWire(
  sessionId: string,
  answered: DiameterMessage | undefined,
): { readonly wire?: NonNullable<TraceEvent['wire']> } {
  return answered === undefined ? {} : { wire: diameterWire(sessionId, () => answered) }
}

/** Any number would do, as long as both ends make the same: the hash of Fowler, Noll and Vo. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  return hash
}
