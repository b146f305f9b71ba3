/** The answer to a request that was not served. RFC 6733 6.2, 7 */
import type { Avp } from './avp.ts'
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
import type { DiameterMessage } from './message.ts'

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
 * grammar of its own answer asks for. RFC 6733 7.1.5, 7.2
 *
 * @param request Its AVPs as far as they can be read; Session-Id and Proxy-Info come back. RFC 6733 6.2
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
    ...(failure.failedAvp === undefined ? {} : { failedAvp: [failure.failedAvp] }),
  })
  const sessionId = request.avps.filter((avp) => isBase(avp, SESSION_ID.code)).slice(0, 1)
  return {
    ...request,
    request: false,
    error: true,
    retransmitted: false,
    avps: [...sessionId, ...avps, ...proxyInfosOf(request)],
  }
}

/** What a relay wants back, in its order. RFC 6733 6.2, 6.7.2 */
export function proxyInfosOf(request: DiameterMessage): readonly Avp[] {
  return request.avps.filter((avp) => isBase(avp, PROXY_INFO_CODE))
}

function isBase({ code, vendorId }: Avp, wanted: number): boolean {
  return vendorId === 0 && code === wanted
}
