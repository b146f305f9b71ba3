/** The answer to a request that was not served. RFC 6733 6.2, 7 */
import type { Avp } from './avp.ts'
import { octetsOfAvps } from './avp-codec.ts'
import { type AvpRules, optional, required, writeValues } from './avp-rules.ts'
import {
  ERROR_MESSAGE,
  FAILED_AVP,
  ORIGIN_HOST,
  ORIGIN_REALM,
  PROXY_INFO_CODE,
  RESULT_CODE_AVP,
  SESSION_ID,
} from './base-avps.ts'
import type { DiameterFailure } from './diameter-failure.ts'
import { type DiameterMessage, HEADER_OCTETS, MAX_MESSAGE_OCTETS } from './message.ts'

/** Octets of an AVP that is repeated whole in Failed-AVP. A limit of this implementation. */
export const MAX_FAILED_AVP_OCTETS = 1024

/** Who answers. */
export interface Origin {
  readonly originHost: string
  readonly originRealm: string
}

const ANSWER_RULES = {
  resultCode: required(RESULT_CODE_AVP),
  originHost: required(ORIGIN_HOST),
  originRealm: required(ORIGIN_REALM),
  errorMessage: optional(ERROR_MESSAGE),
  failedAvp: optional(FAILED_AVP),
} satisfies AvpRules

/**
 * `answer-message`: always with the E flag, because a request that could not be read may lack what the
 * grammar of its own answer asks for. It fits into a message whatever came. RFC 6733 7.1.5, 7.2
 *
 * @param request Its AVPs as far as they can be read; Session-Id and Proxy-Info come back, unless there
 *   is no room for them. RFC 6733 6.2
 */
export function writeFailureAnswer(
  origin: Origin,
  request: DiameterMessage,
  failure: DiameterFailure,
): DiameterMessage {
  const { originHost, originRealm } = origin
  const avps = writeValues(ANSWER_RULES, {
    resultCode: failure.resultCode,
    originHost,
    originRealm,
    errorMessage: failure.message,
    ...(failure.failedAvp === undefined ? {} : { failedAvp: [shortened(failure.failedAvp)] }),
  })
  const sessionId = request.avps.filter((avp) => isBase(avp, SESSION_ID.code)).slice(0, 1)
  const whole = [...sessionId, ...avps, ...proxyInfosOf(request)]
  const fits = HEADER_OCTETS + octetsOfAvps(whole) <= MAX_MESSAGE_OCTETS
  return {
    ...request,
    request: false,
    error: true,
    retransmitted: false,
    avps: fits ? whole : avps,
  }
}

/** Of a long AVP only the header, which still says which one it was. */
function shortened(avp: Avp): Avp {
  return avp.data.length <= MAX_FAILED_AVP_OCTETS ? avp : { ...avp, data: new Uint8Array(0) }
}

/** What a relay wants back, in its order. RFC 6733 6.2, 6.7.2 */
export function proxyInfosOf(request: DiameterMessage): readonly Avp[] {
  return request.avps.filter((avp) => isBase(avp, PROXY_INFO_CODE))
}

function isBase({ code, vendorId }: Avp, wanted: number): boolean {
  return vendorId === 0 && code === wanted
}
