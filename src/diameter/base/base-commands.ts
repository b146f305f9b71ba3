/** The commands between two peers: capabilities, watchdog, disconnection. RFC 6733 5.3 to 5.5 */
import { MAX_AVPS } from './avp-codec.ts'
import { type AvpRules, optional, repeated, required, type ValuesOf } from './avp-rules.ts'
import {
  ACCT_APPLICATION_ID,
  APPLICATION_BASE,
  AUTH_APPLICATION_ID,
  DISCONNECT_CAUSE,
  ERROR_MESSAGE,
  FAILED_AVP,
  HOST_IP_ADDRESS,
  INBAND_SECURITY_ID,
  ORIGIN_HOST,
  ORIGIN_REALM,
  ORIGIN_STATE_ID,
  PRODUCT_NAME,
  RESULT_CODE_AVP,
  SUPPORTED_VENDOR_ID,
  VENDOR_ID,
  VENDOR_SPECIFIC_APPLICATION_ID,
} from './base-avps.ts'
import type { Command } from './command.ts'

/** How often a list may stand in a capabilities exchange: other stacks name all they know. */
const MAX_LISTED = MAX_AVPS

const ORIGIN = {
  originHost: required(ORIGIN_HOST),
  originRealm: required(ORIGIN_REALM),
} satisfies AvpRules

const RESULT = { resultCode: required(RESULT_CODE_AVP), ...ORIGIN } satisfies AvpRules

const EXPLANATION = {
  errorMessage: optional(ERROR_MESSAGE),
  failedAvp: optional(FAILED_AVP),
} satisfies AvpRules

const APPLICATIONS = {
  originStateId: optional(ORIGIN_STATE_ID),
  supportedVendorIds: repeated(SUPPORTED_VENDOR_ID, MAX_LISTED),
  authApplicationIds: repeated(AUTH_APPLICATION_ID, MAX_LISTED),
  inbandSecurityIds: repeated(INBAND_SECURITY_ID, MAX_LISTED),
  acctApplicationIds: repeated(ACCT_APPLICATION_ID, MAX_LISTED),
  vendorSpecificApplicationIds: repeated(VENDOR_SPECIFIC_APPLICATION_ID, MAX_LISTED),
} satisfies AvpRules

const CER_RULES = {
  ...ORIGIN,
  hostIpAddresses: repeated(HOST_IP_ADDRESS, MAX_LISTED),
  vendorId: required(VENDOR_ID),
  productName: required(PRODUCT_NAME),
  ...APPLICATIONS,
} satisfies AvpRules

/** A refusal may leave out all but result and origin. RFC 6733 7.2 */
const CEA_RULES = {
  ...RESULT,
  hostIpAddresses: repeated(HOST_IP_ADDRESS, MAX_LISTED),
  vendorId: optional(VENDOR_ID),
  productName: optional(PRODUCT_NAME),
  ...EXPLANATION,
  ...APPLICATIONS,
} satisfies AvpRules

function between<R extends AvpRules, A extends AvpRules>(command: {
  readonly name: string
  readonly code: number
  readonly request: R
  readonly answer: A
}): Command<R, A> {
  return { ...command, applicationId: APPLICATION_BASE, proxiable: false }
}

/** CER and CEA. RFC 6733 5.3 */
export const CAPABILITIES_EXCHANGE: Command<typeof CER_RULES, typeof CEA_RULES> = between({
  name: 'Capabilities-Exchange',
  code: 257,
  request: CER_RULES,
  answer: CEA_RULES,
})

/** The values of a CER. */
export type CapabilitiesExchangeRequest = ValuesOf<typeof CER_RULES>
/** The values of a CEA. */
export type CapabilitiesExchangeAnswer = ValuesOf<typeof CEA_RULES>

const DWR_RULES = { ...ORIGIN, originStateId: optional(ORIGIN_STATE_ID) } satisfies AvpRules
const DWA_RULES = {
  ...RESULT,
  ...EXPLANATION,
  originStateId: optional(ORIGIN_STATE_ID),
} satisfies AvpRules

/** DWR and DWA. RFC 6733 5.5 */
export const DEVICE_WATCHDOG: Command<typeof DWR_RULES, typeof DWA_RULES> = between({
  name: 'Device-Watchdog',
  code: 280,
  request: DWR_RULES,
  answer: DWA_RULES,
})

const DPR_RULES = { ...ORIGIN, disconnectCause: required(DISCONNECT_CAUSE) } satisfies AvpRules
const DPA_RULES = { ...RESULT, ...EXPLANATION } satisfies AvpRules

/** DPR and DPA. RFC 6733 5.4 */
export const DISCONNECT_PEER: Command<typeof DPR_RULES, typeof DPA_RULES> = between({
  name: 'Disconnect-Peer',
  code: 282,
  request: DPR_RULES,
  answer: DPA_RULES,
})
