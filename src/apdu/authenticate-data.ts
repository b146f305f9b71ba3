/**
 * What AUTHENTICATE carries in its data fields, for card and terminal alike: GSM, 3G and GBA security
 * context. TS 31.102 7.1.2, TS 31.103 7.1.2
 *
 * The GBA bodies (tags DD and DE) are as public terminal programs send them (GBA facts 12).
 */
import { InvalidMessage } from '../errors/errors.ts'
import { OctetReader } from '../octets/octet-reader.ts'
import { concatOctets } from '../octets/octets.ts'

/** P2 of AUTHENTICATE by security context. TS 31.102 7.1.2 */
export const CONTEXT = { gsm: 0x80, umts: 0x81, vgcs: 0x82, gba: 0x84 } as const

/** A 3G challenge. */
export interface Challenge {
  /** 16 octets. */
  readonly rand: Uint8Array
  /** AUTN, in GBA security context AUTN*; 16 octets. */
  readonly autn: Uint8Array
}

/** What a terminal asks in GBA security context. */
export type GbaCommand =
  | ({ readonly mode: 'bootstrapping' } & Challenge)
  | {
      readonly mode: 'naf-derivation'
      /** NAF FQDN ‖ Ua security protocol identifier. */
      readonly nafId: Uint8Array
      /** IMPI as UTF-8. */
      readonly impi: Uint8Array
    }

/** A 3G authentication that went well. */
export interface UmtsSuccess {
  /** 4 to 32 octets. */
  readonly res: Uint8Array
  /** 16 octets (32 with some TUAK profiles). */
  readonly ck: Uint8Array
  /** As `ck`. */
  readonly ik: Uint8Array
  /** 8 octets, if the card has service 27. */
  readonly kc?: Uint8Array
}

/** A GSM authentication that went well. */
export interface GsmSuccess {
  /** 4 octets. */
  readonly sres: Uint8Array
  /** 8 octets. */
  readonly kc: Uint8Array
}

/** SQN out of range. */
export interface SyncFailure {
  readonly outcome: 'sync-failure'
  /** 14 octets. */
  readonly auts: Uint8Array
}

const TAG_BOOTSTRAPPING = 0xdd
const TAG_NAF_DERIVATION = 0xde
const TAG_SUCCESS = 0xdb
const TAG_SYNC_FAILURE = 0xdc
const RAND_LENGTH = 16
const AUTN_LENGTH = 16
const AUTS_LENGTH = 14
const SRES_LENGTH = 4
const KC_LENGTH = 8
const MAX_GBA_DATA = 255

/** 3G context: `10` RAND `10` AUTN. */
export function encodeChallenge({ rand, autn }: Challenge): Uint8Array {
  return concatOctets(lv(rand), lv(autn))
}

/** @throws {InvalidMessage} With a `field` of `RAND` or `AUTN`, if one is not 16 octets, or octets are left. */
export function decodeChallenge(octets: Uint8Array): Challenge {
  const reader = new OctetReader(octets)
  const challenge = readChallenge(reader)
  reader.end('3G challenge')
  return challenge
}

/** GSM context: `10` RAND. */
export function encodeGsmChallenge(rand: Uint8Array): Uint8Array {
  return lv(rand)
}

/** RAND, 16 octets. @throws {InvalidMessage} If it has another length, or octets are left. */
export function decodeGsmChallenge(octets: Uint8Array): Uint8Array {
  const reader = new OctetReader(octets)
  const rand = readExactly(reader, RAND_LENGTH, 'RAND')
  reader.end('GSM challenge')
  return rand
}

/**
 * GBA context: `DD` `10` RAND `10` AUTN*, or `DE` L NAF_Id L IMPI.
 *
 * @throws {RangeError} If NAF_Id and IMPI together have over 252 octets.
 */
export function encodeGbaCommand(command: GbaCommand): Uint8Array {
  if (command.mode === 'bootstrapping') {
    return concatOctets(Uint8Array.of(TAG_BOOTSTRAPPING), encodeChallenge(command))
  }
  const { nafId, impi } = command
  if (3 + nafId.length + impi.length > MAX_GBA_DATA) {
    throw new RangeError('NAF_Id and IMPI have over 252 octets')
  }
  return concatOctets(Uint8Array.of(TAG_NAF_DERIVATION), lv(nafId), lv(impi))
}

/** @throws {InvalidMessage} If the tag is another, or its length fields do not fit the octets. */
export function decodeGbaCommand(octets: Uint8Array): GbaCommand {
  const reader = new OctetReader(octets)
  const tag = reader.uint8('GBA tag')
  const command = readGbaBody(tag, reader)
  reader.end('GBA data')
  return command
}

/** `DB` L RES L CK L IK, and L Kc if there is one. */
export function encodeUmtsSuccess({ res, ck, ik, kc }: UmtsSuccess): Uint8Array {
  const parts = kc === undefined ? [res, ck, ik] : [res, ck, ik, kc]
  return concatOctets(Uint8Array.of(TAG_SUCCESS), ...parts.map(lv))
}

/** `DB` L value: RES after bootstrapping, Ks_ext_NAF after NAF derivation. */
export function encodeGbaSuccess(value: Uint8Array): Uint8Array {
  return concatOctets(Uint8Array.of(TAG_SUCCESS), lv(value))
}

/** `DC` `0E` AUTS. */
export function encodeSyncFailure(auts: Uint8Array): Uint8Array {
  return concatOctets(Uint8Array.of(TAG_SYNC_FAILURE), lv(auts))
}

/** `04` SRES `08` Kc. */
export function encodeGsmSuccess({ sres, kc }: GsmSuccess): Uint8Array {
  return concatOctets(lv(sres), lv(kc))
}

/** @throws {InvalidMessage} If SRES is not 4 octets, Kc not 8, or octets are left. */
export function decodeGsmSuccess(octets: Uint8Array): GsmSuccess {
  const reader = new OctetReader(octets)
  const sres = readExactly(reader, SRES_LENGTH, 'SRES')
  const kc = readExactly(reader, KC_LENGTH, 'Kc')
  reader.end('GSM response')
  return { sres, kc }
}

/** Answer in 3G context. @throws {InvalidMessage} If it is truncated, goes on too long, or is neither DB nor DC. */
export function decodeUmtsResponse(
  octets: Uint8Array,
): ({ readonly outcome: 'success' } & UmtsSuccess) | SyncFailure {
  const reader = new OctetReader(octets)
  const failure = readUnlessSuccess(reader)
  if (failure !== undefined) return failure
  const keys = { res: readLv(reader, 'RES'), ck: readLv(reader, 'CK'), ik: readLv(reader, 'IK') }
  if (reader.remaining === 0) return { outcome: 'success', ...keys }
  const kc = readExactly(reader, KC_LENGTH, 'Kc')
  reader.end('3G response')
  return { outcome: 'success', ...keys, kc }
}

/** Answer in GBA context. @throws {InvalidMessage} As `decodeUmtsResponse`. */
export function decodeGbaResponse(
  octets: Uint8Array,
): { readonly outcome: 'success'; readonly value: Uint8Array } | SyncFailure {
  const reader = new OctetReader(octets)
  const failure = readUnlessSuccess(reader)
  if (failure !== undefined) return failure
  const value = readLv(reader, 'GBA response')
  reader.end('GBA response')
  return { outcome: 'success', value }
}

function readGbaBody(tag: number, reader: OctetReader): GbaCommand {
  if (tag === TAG_BOOTSTRAPPING) return { mode: 'bootstrapping', ...readChallenge(reader) }
  if (tag === TAG_NAF_DERIVATION) {
    return {
      mode: 'naf-derivation',
      nafId: readLv(reader, 'NAF_Id'),
      impi: readLv(reader, 'IMPI'),
    }
  }
  throw new InvalidMessage('neither DD nor DE', 'GBA tag')
}

function readUnlessSuccess(reader: OctetReader): SyncFailure | undefined {
  const tag = reader.uint8('response tag')
  if (tag === TAG_SUCCESS) return undefined
  if (tag !== TAG_SYNC_FAILURE) throw new InvalidMessage('neither DB nor DC', 'response tag')
  const auts = readExactly(reader, AUTS_LENGTH, 'AUTS')
  reader.end('AUTS')
  return { outcome: 'sync-failure', auts }
}

function readChallenge(reader: OctetReader): Challenge {
  const rand = readExactly(reader, RAND_LENGTH, 'RAND')
  return { rand, autn: readExactly(reader, AUTN_LENGTH, 'AUTN') }
}

function readExactly(reader: OctetReader, length: number, field: string): Uint8Array {
  const value = readLv(reader, field)
  if (value.length !== length) throw new InvalidMessage(`not ${length} octets`, field)
  return value
}

function readLv(reader: OctetReader, field: string): Uint8Array {
  return reader.take(reader.uint8(field), field).slice()
}

function lv(value: Uint8Array): Uint8Array {
  if (value.length > 0xff) throw new RangeError('over 255 octets behind a one-octet length')
  return concatOctets(Uint8Array.of(value.length), value)
}
