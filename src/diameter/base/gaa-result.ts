/** Results that 3GPP has defined for Zh and Zn. TS 29.109 6, TS 29.229 6.2 */
import type { ExperimentalResult } from './base-avps.ts'
import { VENDOR_3GPP } from './base-avps.ts'

/** Experimental-Result-Code values by their names. */
export const EXPERIMENTAL_RESULT_CODE = {
  /** Read only: how an IMS-bred HSS spells 5401. TS 29.229 6.2.2.1 */
  DIAMETER_ERROR_USER_UNKNOWN: 5001,
  /** IMPI unknown. TS 29.109 6 */
  DIAMETER_ERROR_IDENTITY_UNKNOWN: 5401,
  /** The BSF refuses this NAF. TS 29.109 6 */
  DIAMETER_ERROR_NOT_AUTHORIZED: 5402,
  /** B-TID unknown or expired. TS 29.109 6 */
  DIAMETER_ERROR_TRANSACTION_IDENTIFIER_INVALID: 5403,
} as const

/** The name of such a result. */
export type ExperimentalResultName = keyof typeof EXPERIMENTAL_RESULT_CODE

/** Experimental-Result of 3GPP. RFC 6733 7.6 */
export function experimentalResult(name: ExperimentalResultName): ExperimentalResult {
  return { vendorId: VENDOR_3GPP, experimentalResultCode: EXPERIMENTAL_RESULT_CODE[name] }
}

/** Whether it is that result of 3GPP. */
export function isExperimentalResult(
  result: ExperimentalResult | undefined,
  name: ExperimentalResultName,
): boolean {
  return (
    result?.vendorId === VENDOR_3GPP &&
    result.experimentalResultCode === EXPERIMENTAL_RESULT_CODE[name]
  )
}
