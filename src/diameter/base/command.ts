/**
 * A command: its code, its application and the AVPs of its request and answer, declared once. RFC 6733 3.1
 */

import {
  type AvpRules,
  optional,
  readValues,
  required,
  type ValuesOf,
  writeValues,
} from './avp-rules.ts'
import {
  AUTH_SESSION_STATE,
  DESTINATION_HOST,
  DESTINATION_REALM,
  ERROR_MESSAGE,
  EXPERIMENTAL_RESULT,
  type ExperimentalResult,
  FAILED_AVP,
  ORIGIN_HOST,
  ORIGIN_REALM,
  RESULT_CODE_AVP,
  SESSION_ID,
  VENDOR_SPECIFIC_APPLICATION_ID,
  type VendorSpecificApplicationId,
} from './base-avps.ts'
import { DiameterFailure } from './diameter-failure.ts'
import type { DiameterMessage, MessageIds } from './message.ts'
import { isProtocolError } from './result-code.ts'

/** One command. */
export interface Command<Request extends AvpRules, Answer extends AvpRules> {
  /** Without "-Request" or "-Answer". */
  readonly name: string
  readonly code: number
  readonly applicationId: number
  /** P flag of both messages. */
  readonly proxiable: boolean
  readonly request: Request
  readonly answer: Answer
}

/** What every request of an application starts with; our applications keep no session. RFC 6733 8.1 */
export const APPLICATION_REQUEST = {
  sessionId: required(SESSION_ID),
  vendorSpecificApplicationId: required(VENDOR_SPECIFIC_APPLICATION_ID),
  originHost: required(ORIGIN_HOST),
  originRealm: required(ORIGIN_REALM),
  destinationRealm: required(DESTINATION_REALM),
  destinationHost: optional(DESTINATION_HOST),
} satisfies AvpRules

/**
 * What every answer of an application starts with. Only the origin must be there, so that the answer of
 * a relay agent, which knows nothing of the application, is read by the same rules. RFC 6733 7.2
 */
export const APPLICATION_ANSWER = {
  sessionId: optional(SESSION_ID),
  vendorSpecificApplicationId: optional(VENDOR_SPECIFIC_APPLICATION_ID),
  resultCode: optional(RESULT_CODE_AVP),
  experimentalResult: optional(EXPERIMENTAL_RESULT),
  authSessionState: optional(AUTH_SESSION_STATE),
  originHost: required(ORIGIN_HOST),
  originRealm: required(ORIGIN_REALM),
  errorMessage: optional(ERROR_MESSAGE),
  failedAvp: optional(FAILED_AVP),
} satisfies AvpRules

/** A request. @throws {RangeError} If a value is outside its limits. RFC 6733 6.1.1 */
export function writeRequest<R extends AvpRules, A extends AvpRules>(
  command: Command<R, A>,
  values: ValuesOf<R>,
  ids: MessageIds,
): DiameterMessage {
  return {
    ...headerOf(command),
    request: true,
    error: false,
    hopByHop: ids.hopByHop,
    endToEnd: ids.endToEnd,
    avps: writeValues(command.request, values),
  }
}

/**
 * An answer, with the ids and P flag of its request, and the E flag if Result-Code is a protocol error.
 *
 * @throws {RangeError} If a value is outside its limits.
 * @see RFC 6733 6.2
 */
export function writeAnswer<R extends AvpRules, A extends AvpRules>(
  command: Command<R, A>,
  values: ValuesOf<A> & { readonly resultCode?: number },
  request: DiameterMessage,
): DiameterMessage {
  return {
    ...headerOf(command),
    request: false,
    proxiable: request.proxiable,
    error: isProtocolError(values.resultCode ?? 0),
    hopByHop: request.hopByHop,
    endToEnd: request.endToEnd,
    avps: writeValues(command.answer, values),
  }
}

/** The values of a request of this command. @throws {DiameterFailure} As `readValues`. */
export function readRequest<R extends AvpRules>(
  command: Command<R, AvpRules>,
  message: DiameterMessage,
): ValuesOf<R> {
  return readValues(command.request, message.avps)
}

/**
 * The application that a request names is the one of its header. RFC 6733 2.4, 3
 *
 * @throws {DiameterFailure} 5004, with the AVP that says otherwise.
 */
export function assertApplication(
  { applicationId }: Pick<Command<AvpRules, AvpRules>, 'applicationId'>,
  named: VendorSpecificApplicationId,
): void {
  if (named.authApplicationId === applicationId) return
  const [failedAvp] = writeValues({ named: required(VENDOR_SPECIFIC_APPLICATION_ID) }, { named })
  const what = { reason: 'not that of the header', field: VENDOR_SPECIFIC_APPLICATION_ID.name }
  throw new DiameterFailure('DIAMETER_INVALID_AVP_VALUE', what, failedAvp && { failedAvp })
}

/** The values of an answer to this command. @throws {DiameterFailure} As `readValues`. */
export function readAnswer<A extends AvpRules>(
  command: Command<AvpRules, A>,
  message: DiameterMessage,
): ValuesOf<A> {
  return readValues(command.answer, message.avps)
}

/**
 * What of an answer is said by who knows the application: of one with the E flag Experimental-Result alone, because
 * its Result-Code may be of any node on the way, and it need not have the AVPs of its command. RFC 6733 7.2
 */
export function believedOf<V extends { readonly experimentalResult?: ExperimentalResult }>(
  { error }: Pick<DiameterMessage, 'error'>,
  values: V,
): V | { readonly experimentalResult?: ExperimentalResult } {
  if (!error) return values
  const { experimentalResult } = values
  return experimentalResult === undefined ? {} : { experimentalResult }
}

function headerOf({ code, applicationId, proxiable }: Command<AvpRules, AvpRules>) {
  return { commandCode: code, applicationId, proxiable, retransmitted: false }
}
