/**
 * TUAK, the AKA algorithm set built on Keccak-f[1600]. TS 35.231; INSTANCE, ALGONAME, IN and OUT are
 * its names (6.1).
 *
 * The specification numbers bits from the least significant end, so every value enters IN and leaves
 * OUT with its octets reversed.
 */
import { keccakP } from '@noble/hashes/sha3.js'
import { Secret } from '../crypto/secret.ts'
import { assertOctets, concatOctets, utf8 } from '../octets/octets.ts'
import {
  type AkaFunctions,
  AMF_LENGTH,
  assertMacInput,
  assertRand,
  type MacInput,
  RAND_LENGTH,
} from './aka-functions.ts'
import { encodeSqn, SQN_LENGTH } from './sqn.ts'

/** The choices that TUAK leaves to the operator; lengths in octets. TS 35.231 6.1 */
export interface TuakProfile {
  /** MAC-A and MAC-S: 8, 16 or 32; the AUTN of TS 33.102 holds 8. */
  readonly macLength: number
  /** RES: 4, 8, 16 or 32. */
  readonly resLength: number
  /** CK: 16 or 32; GBA needs 16. */
  readonly ckLength: number
  /** IK: 16 or 32; GBA needs 16. */
  readonly ikLength: number
  /** How often each function applies Keccak-f[1600]: 1 to 255. */
  readonly iterations: number
}

/** MAC 64, RES 64, CK and IK 128 bits, one iteration: what fits AUTN and GBA. */
export const DEFAULT_TUAK_PROFILE: TuakProfile = {
  macLength: 8,
  resLength: 8,
  ckLength: 16,
  ikLength: 16,
  iterations: 1,
}

const ALGONAME = utf8('TUAK1.0')
const TOP_LENGTH = 32
const K_LENGTHS = [16, 32]
const LONGEST_K = 32

/** First bits of INSTANCE; the rest says which lengths are in use. TS 35.231 6.2 to 6.6 */
const INSTANCE = { topc: 0x00, f1: 0x00, f1Star: 0x80, f2345: 0x40, f5Star: 0xc0 }
/** Where f2, f3, f4 and f5 (and f5*) start in OUT. TS 35.231 6.5, 6.6 */
const OUT_AT = { res: 0, ck: 32, ik: 64, ak: 96 }

/**
 * TOPc of a subscriber.
 *
 * @param keys.k K, 16 or 32 octets.
 * @param keys.top TOP, 32 octets.
 * @param iterations As `TuakProfile.iterations`.
 * @returns 32 octets.
 * @throws {RangeError} If one has another length.
 * @see TS 35.231 6.2
 */
export function computeTopc(
  keys: { readonly k: Secret; readonly top: Secret },
  iterations = DEFAULT_TUAK_PROFILE.iterations,
): Secret {
  assertKeys(keys)
  assertProfile({ ...DEFAULT_TUAK_PROFILE, iterations })
  const out = keccak(inputOf({ ...keys, instance: INSTANCE.topc }), iterations)
  return Secret.of(pull(out, 0, TOP_LENGTH))
}

/**
 * f1, f1*, f2 to f5 and f5* of one subscriber.
 *
 * @param keys.k K, 16 or 32 octets.
 * @param keys.topc TOPc, 32 octets.
 * @throws {RangeError} If a key has another length or the profile is none of TS 35.231.
 * @see TS 35.231 6.3 to 6.6
 */
export function createTuak(
  keys: { readonly k: Secret; readonly topc: Secret },
  profile: TuakProfile = DEFAULT_TUAK_PROFILE,
): AkaFunctions {
  const own = { k: keys.k, top: keys.topc }
  assertKeys(own)
  assertProfile(profile)
  const { macLength, resLength, ckLength, ikLength, iterations } = profile
  const f2345Instance =
    INSTANCE.f2345 |
    (resLength === 4 ? 0 : resLength) |
    (ckLength === 32 ? 0x04 : 0) |
    (ikLength === 32 ? 0x02 : 0)

  const mac = (instance: number, input: MacInput): Uint8Array => {
    assertMacInput(input)
    const { rand, amf } = input
    const sqn = encodeSqn(input.sqn)
    const whole = inputOf({ ...own, instance: instance | macLength, rand, amf, sqn })
    return pull(keccak(whole, iterations), 0, macLength)
  }
  const outOf = (instance: number, rand: Uint8Array): Uint8Array => {
    assertRand(rand)
    return keccak(inputOf({ ...own, instance, rand }), iterations)
  }

  return {
    f1: (input) => mac(INSTANCE.f1, input),
    f1Star: (input) => mac(INSTANCE.f1Star, input),
    f2345(rand) {
      const out = outOf(f2345Instance, rand)
      return {
        res: Secret.of(pull(out, OUT_AT.res, resLength)),
        ck: Secret.of(pull(out, OUT_AT.ck, ckLength)),
        ik: Secret.of(pull(out, OUT_AT.ik, ikLength)),
        ak: pull(out, OUT_AT.ak, SQN_LENGTH),
      }
    },
    f5Star: (rand) => pull(outOf(INSTANCE.f5Star, rand), OUT_AT.ak, SQN_LENGTH),
  }
}

/** What IN is made of; a value that a function does not use is all zero. */
interface Input {
  readonly k: Secret
  /** TOP when TOPc is made, else TOPc. */
  readonly top: Secret
  /** Without the bit that says how long K is. */
  readonly instance: number
  readonly rand?: Uint8Array
  readonly amf?: Uint8Array
  readonly sqn?: Uint8Array
}

/** IN, 200 octets: the values, the padding of a block of 1088 bits, 512 zero bits. TS 35.231 6.2 to 6.6 */
function inputOf(input: Input): Uint8Array {
  const k = input.k.reveal()
  return concatOctets(
    input.top.reveal().toReversed(),
    Uint8Array.of(input.instance | (k.length === LONGEST_K ? 0x01 : 0)),
    ALGONAME.toReversed(),
    (input.rand ?? zeros(RAND_LENGTH)).toReversed(),
    (input.amf ?? zeros(AMF_LENGTH)).toReversed(),
    (input.sqn ?? zeros(SQN_LENGTH)).toReversed(),
    k.toReversed(),
    zeros(LONGEST_K - k.length),
    Uint8Array.of(0x1f, ...zeros(38), 0x80),
    zeros(64),
  )
}

/** Keccak-f[1600], `iterations` times over 200 octets; its lanes are little-endian. FIPS 202 3.1.2 */
function keccak(input: Uint8Array, iterations: number): Uint8Array {
  const octets = new DataView(input.buffer.slice(input.byteOffset, input.byteOffset + input.length))
  const words = new Uint32Array(octets.byteLength / 4)
  for (const n of words.keys()) words[n] = octets.getUint32(4 * n, true)
  for (let n = 0; n < iterations; n++) keccakP(words)
  for (const [n, word] of words.entries()) octets.setUint32(4 * n, word, true)
  return new Uint8Array(octets.buffer)
}

function pull(out: Uint8Array, at: number, length: number): Uint8Array {
  return out.subarray(at, at + length).toReversed()
}

function zeros(length: number): Uint8Array {
  return new Uint8Array(length)
}

function assertKeys(keys: { readonly k: Secret; readonly top: Secret }): void {
  assertOctets('K', keys.k.reveal(), K_LENGTHS)
  assertOctets('TOP or TOPc', keys.top.reveal(), TOP_LENGTH)
}

/** The upper end of `iterations` keeps a mistyped number from stalling an AuC. */
function assertProfile(profile: TuakProfile): void {
  const { macLength, resLength, ckLength, ikLength, iterations } = profile
  const valid =
    [8, 16, 32].includes(macLength) &&
    [4, 8, 16, 32].includes(resLength) &&
    [16, 32].includes(ckLength) &&
    [16, 32].includes(ikLength) &&
    Number.isInteger(iterations) &&
    iterations >= 1 &&
    iterations <= 255
  if (!valid) throw new RangeError('no TUAK profile of TS 35.231 6.1')
}
