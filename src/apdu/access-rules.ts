/** Access rules in the expanded form of an EF_ARR record. TS 102 221 9.2.4 and 9.2.7, ISO/IEC 7816-4 5.4.3.2 */
import { concatOctets } from '../octets/octets.ts'
import { encodeTlv } from './ber-tlv.ts'

/** Who may do something with a file. TS 102 221 9.2.2 */
export type AccessCondition = 'always' | 'pin' | 'adm' | 'never'

/** The conditions of one rule. */
export interface AccessRule {
  readonly read: AccessCondition
  readonly update: AccessCondition
}

/** Key references of PIN (application 1) and ADM1. TS 102 221 9.5.1 */
export const KEY_REFERENCE = { pin1: 0x01, pin2: 0x81, adm1: 0x0a } as const

const TAG_ACCESS_MODE = 0x80
const TAG_ALWAYS = 0x90
const TAG_NEVER = 0x97
const TAG_USER_AUTHENTICATION = 0xa4
const TAG_KEY_REFERENCE = 0x83
const TAG_USAGE_QUALIFIER = 0x95
const USAGE_VERIFY = 0x08
const MODE_READ = 0x01
const MODE_UPDATE = 0x02
const MODE_REST = 0x58

/** One record's contents: read, update, then activate, deactivate and the rest as never. */
export function encodeAccessRule(rule: AccessRule): Uint8Array {
  return concatOctets(
    encodeMode(MODE_READ),
    encodeCondition(rule.read),
    encodeMode(MODE_UPDATE),
    encodeCondition(rule.update),
    encodeMode(MODE_REST),
    encodeCondition('never'),
  )
}

function encodeMode(mode: number): Uint8Array {
  return encodeTlv(TAG_ACCESS_MODE, Uint8Array.of(mode))
}

function encodeCondition(condition: AccessCondition): Uint8Array {
  if (condition === 'always') return encodeTlv(TAG_ALWAYS, new Uint8Array(0))
  if (condition === 'never') return encodeTlv(TAG_NEVER, new Uint8Array(0))
  return encodeUserAuthentication(condition === 'pin' ? KEY_REFERENCE.pin1 : KEY_REFERENCE.adm1)
}

function encodeUserAuthentication(keyReference: number): Uint8Array {
  const value = concatOctets(
    encodeTlv(TAG_KEY_REFERENCE, Uint8Array.of(keyReference)),
    encodeTlv(TAG_USAGE_QUALIFIER, Uint8Array.of(USAGE_VERIFY)),
  )
  return encodeTlv(TAG_USER_AUTHENTICATION, value)
}
