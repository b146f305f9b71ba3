/** The AVPs of the base protocol that this project reads or writes, one declaration each. RFC 6733 4.5 */

import type { Avp } from './avp.ts'
import { MAX_AVPS } from './avp-codec.ts'
import {
  type AvpDeclaration,
  type AvpRules,
  anyAvps,
  grouped,
  oneOrMore,
  optional,
  required,
  type ValuesOf,
} from './avp-rules.ts'
import {
  type AvpType,
  address,
  type DiameterAddress,
  diameterIdentity,
  enumerated,
  unsigned32,
  utf8String,
} from './value-types.ts'

/** Vendor-Id of 3GPP. */
export const VENDOR_3GPP = 10_415
/** Application-Id of the base protocol's own commands. RFC 6733 2.4 */
export const APPLICATION_BASE = 0
/** Application-Id by which a relay agent says that it carries every application. RFC 6733 2.4 */
export const APPLICATION_RELAY = 0xffffffff

const TEXT = utf8String({ min: 0, max: 1024 })

function base<T>(name: string, code: number, type: AvpType<T>): AvpDeclaration<T> {
  return { name, code, vendorId: 0, mandatory: true, type }
}

/** Without the M flag, as RFC 6733 4.5 has it. */
function informational<T>(name: string, code: number, type: AvpType<T>): AvpDeclaration<T> {
  return { ...base(name, code, type), mandatory: false }
}

/** Name of the user; on Zh and Zn the IMPI. RFC 6733 8.14 */
export const USER_NAME: AvpDeclaration<string> = base(
  'User-Name',
  1,
  utf8String({ min: 1, max: 512 }),
)
/** An IP address of the sender. RFC 6733 5.3.5 */
export const HOST_IP_ADDRESS: AvpDeclaration<DiameterAddress> = base(
  'Host-IP-Address',
  257,
  address,
)
/** RFC 6733 6.8 */
export const AUTH_APPLICATION_ID: AvpDeclaration<number> = base(
  'Auth-Application-Id',
  258,
  unsigned32,
)
/** RFC 6733 6.9 */
export const ACCT_APPLICATION_ID: AvpDeclaration<number> = base(
  'Acct-Application-Id',
  259,
  unsigned32,
)
/** RFC 6733 8.8 */
export const SESSION_ID: AvpDeclaration<string> = base(
  'Session-Id',
  263,
  utf8String({ min: 1, max: 512 }),
)
/** Node that made the message; a relay leaves it as it is. RFC 6733 6.3 */
export const ORIGIN_HOST: AvpDeclaration<string> = base('Origin-Host', 264, diameterIdentity)
/** A vendor whose AVPs the sender knows. RFC 6733 5.3.6 */
export const SUPPORTED_VENDOR_ID: AvpDeclaration<number> = base(
  'Supported-Vendor-Id',
  265,
  unsigned32,
)
/** RFC 6733 5.3.3 */
export const VENDOR_ID: AvpDeclaration<number> = base('Vendor-Id', 266, unsigned32)
/** RFC 6733 7.1 */
export const RESULT_CODE_AVP: AvpDeclaration<number> = base('Result-Code', 268, unsigned32)
/** RFC 6733 5.3.7 */
export const PRODUCT_NAME: AvpDeclaration<string> = informational('Product-Name', 269, TEXT)
/** Why a peer says goodbye. RFC 6733 5.4.3 */
export const DISCONNECT_CAUSE: AvpDeclaration<DisconnectCause> = base(
  'Disconnect-Cause',
  273,
  enumerated({ REBOOTING: 0, BUSY: 1, DO_NOT_WANT_TO_TALK_TO_YOU: 2 }),
)
/** RFC 6733 8.11 */
export const AUTH_SESSION_STATE: AvpDeclaration<AuthSessionState> = base(
  'Auth-Session-State',
  277,
  enumerated({ STATE_MAINTAINED: 0, NO_STATE_MAINTAINED: 1 }),
)
/** Grows with each start of the sender. RFC 6733 8.16 */
export const ORIGIN_STATE_ID: AvpDeclaration<number> = base('Origin-State-Id', 278, unsigned32)
/** The AVPs that were wrong. RFC 6733 7.5 */
export const FAILED_AVP: AvpDeclaration<readonly Avp[]> = base('Failed-AVP', 279, anyAvps)
/** For people. RFC 6733 7.3 */
export const ERROR_MESSAGE: AvpDeclaration<string> = informational('Error-Message', 281, TEXT)
/** RFC 6733 6.6 */
export const DESTINATION_REALM: AvpDeclaration<string> = base(
  'Destination-Realm',
  283,
  diameterIdentity,
)
/** RFC 6733 6.5 */
export const DESTINATION_HOST: AvpDeclaration<string> = base(
  'Destination-Host',
  293,
  diameterIdentity,
)
/** RFC 6733 6.4 */
export const ORIGIN_REALM: AvpDeclaration<string> = base('Origin-Realm', 296, diameterIdentity)
/** Security of a former kind; only its absence or 0 can be served. RFC 6733 6.10 */
export const INBAND_SECURITY_ID: AvpDeclaration<number> = base(
  'Inband-Security-Id',
  299,
  unsigned32,
)

/** What a relay wants back as it was: an answer repeats it. RFC 6733 6.7.2 */
export const PROXY_INFO_CODE = 284

/** RFC 6733 5.4.3 */
export type DisconnectCause = 'REBOOTING' | 'BUSY' | 'DO_NOT_WANT_TO_TALK_TO_YOU'
/** RFC 6733 8.11 */
export type AuthSessionState = 'STATE_MAINTAINED' | 'NO_STATE_MAINTAINED'

/**
 * RFC 3588 6.11 let an application have several vendors, and peers of its time send more than one; RFC 6733 6.11 has
 * exactly one. Of several, that of the applications here counts.
 */
const APPLICATION_ID_RULES = {
  vendorId: oneOrMore(VENDOR_ID, { max: MAX_AVPS, preferred: VENDOR_3GPP }),
  authApplicationId: optional(AUTH_APPLICATION_ID),
  acctApplicationId: optional(ACCT_APPLICATION_ID),
} satisfies AvpRules

/** An application of a vendor. RFC 6733 6.11 */
export type VendorSpecificApplicationId = ValuesOf<typeof APPLICATION_ID_RULES>

/** RFC 6733 6.11 */
export const VENDOR_SPECIFIC_APPLICATION_ID: AvpDeclaration<VendorSpecificApplicationId> = base(
  'Vendor-Specific-Application-Id',
  260,
  grouped(APPLICATION_ID_RULES),
)

const EXPERIMENTAL_RESULT_RULES = {
  vendorId: required(VENDOR_ID),
  experimentalResultCode: required(base('Experimental-Result-Code', 298, unsigned32)),
} satisfies AvpRules

/** A result that a vendor has defined. RFC 6733 7.6 */
export type ExperimentalResult = ValuesOf<typeof EXPERIMENTAL_RESULT_RULES>

/** RFC 6733 7.6 */
export const EXPERIMENTAL_RESULT: AvpDeclaration<ExperimentalResult> = base(
  'Experimental-Result',
  297,
  grouped(EXPERIMENTAL_RESULT_RULES),
)
