/** Zn: Bootstrapping-Info-Request and -Answer, by which a NAF asks a BSF. TS 29.109 5.2, 6.3 */
import { InvalidMessage } from '../../errors/errors.ts'
import { decodeNafId, encodeNafId, type NafId } from '../../identity/naf-id.ts'
import {
  type AvpDeclaration,
  type AvpRules,
  optional,
  repeated,
  required,
  type ValuesOf,
} from '../base/avp-rules.ts'
import { USER_NAME, VENDOR_3GPP } from '../base/base-avps.ts'
import { APPLICATION_ANSWER, APPLICATION_REQUEST, type Command } from '../base/command.ts'
import {
  type AvpType,
  enumerated,
  mapped,
  octetString,
  secretOctets,
  time,
  utf8String,
} from '../base/value-types.ts'

/** Application-Id of Zn. TS 29.109 5.2 */
export const APPLICATION_ZN = 16_777_220

/** Services whose settings one NAF may want at once. A limit of this implementation. */
export const MAX_GSIDS = 64
const MAX_USS_OCTETS = 60_000
const KEY = secretOctets({ min: 32, max: 32 })

function threeGpp<T>(name: string, code: number, type: AvpType<T>): AvpDeclaration<T> {
  return { name, code, vendorId: VENDOR_3GPP, mandatory: true, type }
}

/** FQDN octets and the five raw octets of the Ua security protocol identifier. TS 29.109 6.3.1.3 */
const NAF_ID: AvpType<NafId> = mapped(octetString({ min: 6, max: 258 }), {
  format: encodeNafId,
  parse: decodeNafId,
})

/** A GSID as decimal text. TS 29.109 6.3.1.4 */
const GSID: AvpType<number> = mapped(utf8String({ min: 1, max: 10 }), {
  format: String,
  parse(text) {
    const gsid = /^(?:0|[1-9][0-9]*)$/.test(text) ? Number(text) : Number.NaN
    if (gsid <= 0xffffffff) return gsid
    throw new InvalidMessage('no decimal of 32 bits', 'GSID')
  },
})

const BIR_RULES = {
  ...APPLICATION_REQUEST,
  gsids: repeated(threeGpp('GAA-Service-Identifier', 403, GSID), MAX_GSIDS),
  /** B-TID as it came: one that is no B-TID is unknown (5403), not malformed. TS 29.109 6.3.1.2 */
  transactionIdentifier: required(
    threeGpp('Transaction-Identifier', 401, utf8String({ min: 1, max: 512 })),
  ),
  nafId: required(threeGpp('NAF-Id', 402, NAF_ID)),
  gbaUAwareness: optional(
    threeGpp('GBA_U-Awareness-Indicator', 407, enumerated({ NO: 0, YES: 1 })),
  ),
} satisfies AvpRules

const BIA_RULES = {
  ...APPLICATION_ANSWER,
  /** IMPI. */
  userName: optional(USER_NAME),
  meKeyMaterial: optional(threeGpp('ME-Key-Material', 405, KEY)),
  uiccKeyMaterial: optional(threeGpp('UICC-Key-Material', 406, KEY)),
  keyExpiryTime: optional(threeGpp('Key-ExpiryTime', 404, time)),
  bootstrapInfoCreationTime: optional(threeGpp('BootstrapInfoCreationTime', 408, time)),
  /** A `ussList` as XML; one of no octets is none. TS 29.109 6.3.1.1 */
  ussList: optional(
    threeGpp('GBA-UserSecSettings', 400, utf8String({ min: 0, max: MAX_USS_OCTETS })),
  ),
  /** Its values 1 and 2 are from memory. TS 29.109 6.3.1.11 */
  gbaType: optional(
    threeGpp('GBA-Type', 410, enumerated({ '3G_GBA': 0, '2G_GBA': 1, GBA_DIGEST: 2 })),
  ),
} satisfies AvpRules

/** BIR and BIA. TS 29.109 5.2 */
export const BOOTSTRAPPING_INFO: Command<typeof BIR_RULES, typeof BIA_RULES> = {
  name: 'Bootstrapping-Info',
  code: 310,
  applicationId: APPLICATION_ZN,
  proxiable: true,
  request: BIR_RULES,
  answer: BIA_RULES,
}

/** The values of a BIR. */
export type BootstrappingInfoRequest = ValuesOf<typeof BIR_RULES>
/** The values of a BIA. */
export type BootstrappingInfoAnswer = ValuesOf<typeof BIA_RULES>
