/** Zh: Multimedia-Auth-Request and -Answer, by which a BSF asks its HSS. TS 29.109 4.2, 6.3, TS 29.229 6.3 */
import type { Avp } from '../base/avp.ts'
import {
  type AvpDeclaration,
  type AvpRules,
  grouped,
  missing,
  optional,
  required,
  type ValuesOf,
  writeValues,
} from '../base/avp-rules.ts'
import { AUTH_SESSION_STATE, USER_NAME, VENDOR_3GPP } from '../base/base-avps.ts'
import { APPLICATION_ANSWER, APPLICATION_REQUEST, type Command } from '../base/command.ts'
import type { DiameterFailure } from '../base/diameter-failure.ts'
import {
  type AvpType,
  octetString,
  secretOctets,
  time,
  unsigned32,
  utf8String,
} from '../base/value-types.ts'

/** Application-Id of Zh. TS 29.109 4.2 */
export const APPLICATION_ZH = 16_777_221
/** The one scheme of GBA with a UICC. TS 29.109 6.3 */
export const DIGEST_AKAV1_MD5 = 'Digest-AKAv1-MD5'

/** Octets of a GUSS: what a message of 64 KiB has room for. */
export const MAX_GUSS_OCTETS = 60_000

function threeGpp<T>(name: string, code: number, type: AvpType<T>): AvpDeclaration<T> {
  return { name, code, vendorId: VENDOR_3GPP, mandatory: true, type }
}

const AUTH_DATA_ITEM_RULES = {
  itemNumber: optional(threeGpp('SIP-Item-Number', 613, unsigned32)),
  authenticationScheme: optional(
    threeGpp('SIP-Authentication-Scheme', 608, utf8String({ min: 1, max: 64 })),
  ),
  /** RAND ‖ AUTN. */
  authenticate: optional(threeGpp('SIP-Authenticate', 609, octetString({ min: 32, max: 32 }))),
  /** In a request RAND ‖ AUTS, 30 octets; in an answer XRES, 4 to 16. */
  authorization: optional(threeGpp('SIP-Authorization', 610, secretOctets({ min: 4, max: 30 }))),
  confidentialityKey: optional(
    threeGpp('Confidentiality-Key', 625, secretOctets({ min: 16, max: 16 })),
  ),
  integrityKey: optional(threeGpp('Integrity-Key', 626, secretOctets({ min: 16, max: 16 }))),
} satisfies AvpRules

/** SIP-Auth-Data-Item: an AV, or what a resynchronisation needs. TS 29.229 6.3.13 */
export type SipAuthDataItem = ValuesOf<typeof AUTH_DATA_ITEM_RULES>

const SIP_AUTH_DATA_ITEM: AvpDeclaration<SipAuthDataItem> = threeGpp(
  'SIP-Auth-Data-Item',
  612,
  grouped(AUTH_DATA_ITEM_RULES),
)

/** SIP-Auth-Data-Item with only what is wrong in it: for Failed-AVP. RFC 6733 7.5 */
export function failedAuthData(authDataItem: SipAuthDataItem): Avp | undefined {
  return writeValues({ authDataItem: required(SIP_AUTH_DATA_ITEM) }, { authDataItem })[0]
}

/** 5005 for a MAR that names nobody, as if User-Name had to be there. RFC 6733 7.1.5 */
export function unnamedUser(): DiameterFailure {
  return missing(USER_NAME)
}

/** Read because IMS-bred nodes send them; Zh goes by one vector. */
const PUBLIC_IDENTITY = threeGpp('Public-Identity', 601, utf8String({ min: 1, max: 512 }))
const SIP_NUMBER_AUTH_ITEMS = threeGpp('SIP-Number-Auth-Items', 607, unsigned32)

const MAR_RULES = {
  ...APPLICATION_REQUEST,
  authSessionState: required(AUTH_SESSION_STATE),
  /** IMPI. */
  userName: optional(USER_NAME),
  /** Names the user where User-Name does not. */
  publicIdentity: optional(PUBLIC_IDENTITY),
  numberAuthItems: optional(SIP_NUMBER_AUTH_ITEMS),
  authDataItem: optional(SIP_AUTH_DATA_ITEM),
  /**
   * Of the GUSS that the BSF has; the GUSS is sent all the same:
   * docs/explanation/decisions/0028-the-guss-is-always-sent.md. TS 29.109 6.3.1.10
   */
  gussTimestamp: optional(threeGpp('GUSS-Timestamp', 409, time)),
} satisfies AvpRules

const MAA_RULES = {
  ...APPLICATION_ANSWER,
  userName: optional(USER_NAME),
  publicIdentity: optional(PUBLIC_IDENTITY),
  numberAuthItems: optional(SIP_NUMBER_AUTH_ITEMS),
  authDataItem: optional(SIP_AUTH_DATA_ITEM),
  /** GUSS as XML; one of no octets is none. TS 29.109 6.3.1.1 */
  guss: optional(
    threeGpp('GBA-UserSecSettings', 400, utf8String({ min: 0, max: MAX_GUSS_OCTETS })),
  ),
} satisfies AvpRules

/** MAR and MAA. TS 29.109 4.2 */
export const MULTIMEDIA_AUTH: Command<typeof MAR_RULES, typeof MAA_RULES> = {
  name: 'Multimedia-Auth',
  code: 303,
  applicationId: APPLICATION_ZH,
  proxiable: true,
  request: MAR_RULES,
  answer: MAA_RULES,
}

/** The values of a MAR. */
export type MultimediaAuthRequest = ValuesOf<typeof MAR_RULES>
/** The values of a MAA. */
export type MultimediaAuthAnswer = ValuesOf<typeof MAA_RULES>
