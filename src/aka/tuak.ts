/**
 * TUAK, the AKA algorithm set built on Keccak-f[1600]. TS 35.231; INSTANCE, ALGONAME, IN and OUT are
 * its names (6.1).
 *
 * The specification numbers bits from the least significant end, so every value enters IN and leaves
 * OUT with its octets reversed.
 */
import { keccakP } from '@noble/hashes/sha3.js'
import { swap32IfBE } from '@noble/hashes/utils.js'
import { Secret } from '../crypto/secret.ts'
import { assertOctets, utf8 } from '../octets/octets.ts'
import { type AkaFunctions, assertMacInput, assertRand, type MacInput } from './aka-functions.ts'
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

/** Octets of IN and of OUT. */
const STATE_LENGTH = 200
/** Where the values start in IN; one that a function does not use is all zero. TS 35.231 6.2 to 6.6 */
const IN_AT = { top: 0, instance: 32, algoname: 33, rand: 40, amf: 56, sqn: 58, k: 64 }
/** First and last octet of the padding of a block of 1088 bits; the 512 bits behind it are zero. */
const PADDING = { firstAt: 96, first: 0x1f, lastAt: 135, last: 0x80 }
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
  const input = addToInput(subscriberInput(keys), { instance: INSTANCE.topc })
  return Secret.of(pull(permute(input, iterations), 0, TOP_LENGTH))
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
  const ownInput = subscriberInput(own)
  const { macLength, resLength, ckLength, ikLength, iterations } = profile
  const f2345Instance =
    INSTANCE.f2345 |
    (resLength === 4 ? 0 : resLength) |
    (ckLength === 32 ? 0x04 : 0) |
    (ikLength === 32 ? 0x02 : 0)

  const outOf = (values: InputValues): Uint8Array =>
    permute(addToInput(ownInput.slice(), values), iterations)
  const mac = (instance: number, input: MacInput): Uint8Array => {
    assertMacInput(input)
    const { rand, amf } = input
    const sqn = encodeSqn(input.sqn)
    return pull(outOf({ instance: instance | macLength, rand, amf, sqn }), 0, macLength)
  }

  return {
    f1: (input) => mac(INSTANCE.f1, input),
    f1Star: (input) => mac(INSTANCE.f1Star, input),
    f2345(rand) {
      assertRand(rand)
      const out = outOf({ instance: f2345Instance, rand })
      return {
        res: Secret.of(pull(out, OUT_AT.res, resLength)),
        ck: Secret.of(pull(out, OUT_AT.ck, ckLength)),
        ik: Secret.of(pull(out, OUT_AT.ik, ikLength)),
        ak: pull(out, OUT_AT.ak, SQN_LENGTH),
      }
    },
    f5Star(rand) {
      assertRand(rand)
      return pull(outOf({ instance: INSTANCE.f5Star, rand }), OUT_AT.ak, SQN_LENGTH)
    },
  }
}

/** What IN takes besides what a subscriber keeps. */
interface InputValues {
  /** Without the bit that says how long K is. */
  readonly instance: number
  readonly rand?: Uint8Array
  readonly amf?: Uint8Array
  readonly sqn?: Uint8Array
}

/** IN of a subscriber, before any function: TOP (when TOPc is made) or TOPc, ALGONAME, K and padding. */
function subscriberInput(keys: { readonly k: Secret; readonly top: Secret }): Uint8Array {
  const k = keys.k.reveal()
  const input = new Uint8Array(STATE_LENGTH)
  push(input, IN_AT.top, keys.top.reveal())
  push(input, IN_AT.algoname, ALGONAME)
  push(input, IN_AT.k, k)
  input[IN_AT.instance] = k.length === LONGEST_K ? 0x01 : 0
  input[PADDING.firstAt] = PADDING.first
  input[PADDING.lastAt] = PADDING.last
  return input
}

/** Completes IN, in place. TS 35.231 6.2 to 6.6 */
function addToInput(input: Uint8Array, { instance, rand, amf, sqn }: InputValues): Uint8Array {
  input[IN_AT.instance] = (input[IN_AT.instance] as number) | instance
  if (rand !== undefined) push(input, IN_AT.rand, rand)
  if (amf !== undefined) push(input, IN_AT.amf, amf)
  if (sqn !== undefined) push(input, IN_AT.sqn, sqn)
  return input
}

/** OUT: Keccak-f[1600], `iterations` times over IN, in place; lanes are little-endian. FIPS 202 3.1.2 */
function permute(input: Uint8Array, iterations: number): Uint8Array {
  const words = new Uint32Array(input.buffer)
  swap32IfBE(words)
  for (let n = 0; n < iterations; n++) keccakP(words)
  swap32IfBE(words)
  return input
}

function push(input: Uint8Array, at: number, value: Uint8Array): void {
  for (let n = 0; n < value.length; n++) input[at + n] = value[value.length - 1 - n] as number
}

function pull(out: Uint8Array, at: number, length: number): Uint8Array {
  return out.subarray(at, at + length).toReversed()
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
