/**
 * What a BSF must remember of a challenge until it is answered. The UE carries it, sealed, in `opaque`,
 * so any node can finish a run, whatever one of them remembers. TS 33.220 4.5.2, Design 6 (M-4)
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { SealingRing } from '../crypto/sealing-ring.ts'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { type Impi, parseImpi } from '../identity/impi.ts'
import { OctetReader } from '../octets/octet-reader.ts'
import {
  concatOctets,
  fromBase64,
  fromUtf8,
  lengthPrefixed,
  toBase64,
  uint32,
  uint64,
  utf8,
} from '../octets/octets.ts'

/** One challenge, as it is kept. */
export interface UbChallenge {
  readonly impi: Impi
  /** The user name that the UE gave in place of its IMPI; its answer has the same. TS 33.220 B.4 */
  readonly tmpi?: string | undefined
  /** 16 octets. */
  readonly rand: Uint8Array
  /** As sent, so AUTN* with GBA_U; 16 octets. */
  readonly autn: Uint8Array
  /** As the UE will prove it, so flipped with GBA_U; 4 to 32 octets. */
  readonly xres: Secret
  /** CK ‖ IK, 32 octets. */
  readonly ks: Secret
  readonly gbaType: 'GBA_U' | 'GBA_ME'
  /** How long Ks will live. */
  readonly lifetimeSeconds: number
  /** UTC milliseconds. */
  readonly issuedAtMs: number
  /** Whether this one already follows a resynchronisation. */
  readonly resynchronized: boolean
  /** Of an IMPI that the HSS does not know: no answer to it is right. */
  readonly isMadeUp?: true | undefined
  /** GBA user security settings as XML, as the HSS gave them. */
  readonly guss?: string | undefined
  /** Whether there is a GUSS that did not fit, and is to be asked for again. */
  readonly lacksGuss?: true | undefined
}

const VERSION = 1
const RAND_LENGTH = 16
const AUTN_LENGTH = 16
const KS_LENGTH = 32
const FLAG_GBA_U = 0x01
const FLAG_RESYNCHRONIZED = 0x02
const FLAG_GUSS = 0x04
const FLAG_TMPI = 0x08
const FLAG_MADE_UP = 0x10
const FLAG_PADDED = 0x20
const FLAG_DEFLATED = 0x40
const FLAG_LACKS_GUSS = 0x80
/** A shorter GUSS fits as it is; deflating and inflating it costs 60 µs for a hundred octets less. */
const DEFLATED_FROM_OCTETS = 1024
const NOTHING = new Uint8Array(0)
const MAX_GUSS_OCTETS = 65_536

/**
 * @param unit Fills the challenge up to a multiple of so many octets, a power of two; default not.
 * @returns Base64 for `opaque`.
 */
export async function sealChallenge(
  ring: SealingRing,
  challenge: UbChallenge,
  unit?: number,
): Promise<string> {
  const octets = encodeChallenge(challenge, unit)
  return toBase64(await ring.seal(octets))
}

/**
 * @param opaque Base64.
 * @returns `undefined` if this BSF did not make it, or its sealing key is gone.
 * @throws {InvalidMessage} If it is not base64.
 */
export async function openChallenge(
  ring: SealingRing,
  opaque: string,
): Promise<UbChallenge | undefined> {
  const octets = await ring.open(fromBase64(opaque, 'opaque'))
  return octets && decodeChallenge(octets)
}

/**
 * version(1) ‖ flags(1) ‖ issuedAtMs(8) ‖ lifetimeSeconds(4) ‖ RAND(16) ‖ AUTN(16) ‖ Ks(32) ‖ lp(XRES) ‖
 * lp(IMPI) ‖ lp(TMPI), if there is one ‖ lp(zeros), if it is filled up ‖ lp(GUSS), or the
 * deflated GUSS if it is long. TS 24.109 leaves `opaque` open.
 */
export function encodeChallenge(challenge: UbChallenge, unit = 1): Uint8Array {
  const { gbaType, resynchronized, guss, tmpi } = challenge
  const gussOctets = guss === undefined ? NOTHING : utf8(guss)
  const isLong = gussOctets.length >= DEFLATED_FROM_OCTETS
  const flags =
    (gbaType === 'GBA_U' ? FLAG_GBA_U : 0) |
    (resynchronized ? FLAG_RESYNCHRONIZED : 0) |
    (guss === undefined ? 0 : FLAG_GUSS) |
    (tmpi === undefined ? 0 : FLAG_TMPI) |
    (challenge.isMadeUp ? FLAG_MADE_UP : 0) |
    (unit === 1 ? 0 : FLAG_PADDED) |
    (isLong ? FLAG_DEFLATED : 0) |
    (challenge.lacksGuss ? FLAG_LACKS_GUSS : 0)
  const head = [
    Uint8Array.of(VERSION, flags),
    uint64(BigInt(challenge.issuedAtMs)),
    uint32(challenge.lifetimeSeconds),
    challenge.rand,
    challenge.autn,
    challenge.ks.reveal(),
    lengthPrefixed(challenge.xres.reveal()),
    lengthPrefixed(utf8(challenge.impi)),
    tmpi === undefined ? NOTHING : lengthPrefixed(utf8(tmpi)),
  ]
  const short = guss === undefined || isLong ? NOTHING : lengthPrefixed(gussOctets)
  const tail = isLong ? deflateRawSync(gussOctets) : short
  if (unit === 1) return concatOctets(...head, tail)
  const length = concatOctets(...head).length + tail.length + lengthPrefixed(NOTHING).length
  return concatOctets(...head, lengthPrefixed(new Uint8Array(-length & (unit - 1))), tail)
}

/** @throws {InvalidMessage} If the octets are not those of a challenge. */
export function decodeChallenge(octets: Uint8Array): UbChallenge {
  const reader = new OctetReader(octets)
  if (reader.uint8('opaque') !== VERSION) throw new InvalidMessage('unknown version', 'opaque')
  const flags = reader.uint8('opaque')
  return {
    issuedAtMs: Number(reader.uint64('opaque')),
    lifetimeSeconds: reader.uint32('opaque'),
    rand: reader.take(RAND_LENGTH, 'opaque'),
    autn: reader.take(AUTN_LENGTH, 'opaque'),
    ks: Secret.of(reader.take(KS_LENGTH, 'opaque')),
    xres: Secret.of(reader.lengthPrefixed('opaque')),
    impi: parseImpi(fromUtf8(reader.lengthPrefixed('opaque'), 'opaque'), 'opaque'),
    gbaType: flags & FLAG_GBA_U ? ('GBA_U' as const) : ('GBA_ME' as const),
    resynchronized: (flags & FLAG_RESYNCHRONIZED) !== 0,
    isMadeUp: flags & FLAG_MADE_UP ? true : undefined,
    tmpi: flags & FLAG_TMPI ? fromUtf8(reader.lengthPrefixed('opaque'), 'opaque') : undefined,
    guss: decodeGuss(reader, flags),
    lacksGuss: flags & FLAG_LACKS_GUSS ? true : undefined,
  }
}

/** What stands behind the rest: filling, then the GUSS. @throws {InvalidMessage} As `decodeChallenge`. */
function decodeGuss(reader: OctetReader, flags: number): string | undefined {
  if (flags & FLAG_PADDED) reader.lengthPrefixed('opaque')
  if (flags & FLAG_DEFLATED) return inflate(reader.takeRest())
  const guss = flags & FLAG_GUSS ? fromUtf8(reader.lengthPrefixed('opaque'), 'opaque') : undefined
  reader.end('opaque')
  return guss
}

function inflate(deflated: Uint8Array): string {
  try {
    return fromUtf8(inflateRawSync(deflated, { maxOutputLength: MAX_GUSS_OCTETS }), 'opaque')
  } catch (cause) {
    throw new InvalidMessage('not a deflated text', 'opaque', { cause })
  }
}
