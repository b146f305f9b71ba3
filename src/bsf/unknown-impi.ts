/**
 * Challenges for IMPIs that the HSS does not know, so that nobody can find out on Ub which ones it knows.
 * TS 24.109 leaves to the BSF what such a user gets.
 *
 * What is made up is sealed into `opaque` like everything else of a challenge: a flood of names leaves
 * nothing behind.
 */
import { Secret } from '../crypto/secret.ts'
import { concatOctets } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { UbChallenge } from './ub-challenge.ts'

/** How unknown IMPIs are challenged. */
export interface UnknownImpiOptions {
  /** AMF that is shown, 2 octets: the one that known subscribers have in GBA vectors. */
  readonly amf: Uint8Array
  /** Answers with a challenge leave at multiples of it, whatever the HSS took; default 50 ms. */
  readonly slotMs?: number
}

/** The part of a challenge that comes from a vector. */
export type ChallengeKeys = Omit<UbChallenge, 'impi' | 'tmpi' | 'issuedAtMs' | 'resynchronized'>

/** Challenges are as long as the next multiple of it, so that their length does not tell of a GUSS. */
export const HIDING_OCTETS = 1024

const AMF_LENGTH = 2
const SLOT_MS = 50

/** @throws {RangeError} If AMF is not 2 octets, or the slot not a positive number. */
export function assertUnknownImpi({ amf, slotMs = SLOT_MS }: UnknownImpiOptions): void {
  if (amf.length !== AMF_LENGTH) throw new RangeError('AMF of unknown IMPIs is not 2 octets')
  if (!(slotMs > 0)) throw new RangeError('slotMs is not a positive number')
}

/**
 * A vector that nobody can answer. All that a UE sees of a real one is random but its AMF: RAND, SQN xor
 * AK, MAC. TS 33.102 6.3.2
 */
export function makeUpKeys({ amf }: UnknownImpiOptions, random: Random): ChallengeKeys {
  return {
    isMadeUp: true,
    gbaType: 'GBA_ME',
    rand: random.octets(16),
    autn: concatOctets(random.octets(6), amf, random.octets(8)),
    xres: Secret.of(random.octets(16)),
    ks: Secret.of(random.octets(32)),
    lifetimeSeconds: 1,
  }
}

/** Waits until `sinceMs` of the monotonic clock is a whole number of slots ago. */
export function endOfSlot(
  { slotMs = SLOT_MS }: UnknownImpiOptions,
  { sinceMs, clock }: { readonly sinceMs: number; readonly clock: Clock },
): Promise<void> {
  const leftMs = slotMs - ((clock.monotonicMs() - sinceMs) % slotMs)
  return new Promise((resolve) => void clock.setTimer(leftMs, resolve))
}
