/**
 * The challenges that this node gave last, as it sealed them: an answer with the very same `opaque` need not be
 * opened and read again. Any of them may be lost at any time; what the UE carries is all that it takes.
 */
import type { UbChallenge } from './ub-challenge.ts'

/** Challenges that wait for their answer at this node. */
export interface ChallengeMemory {
  remember(challenge: UbChallenge, sealed: SealedChallenge): void
  /** What was sealed as this, once; `undefined` if that is not known here. */
  take(sealed: SealedChallenge): UbChallenge | undefined
}

/** A challenge as it crosses Ub. */
export interface SealedChallenge {
  readonly nonce: string
  /** Base64. */
  readonly opaque: string
}

interface Entry {
  readonly challenge: UbChallenge
  readonly opaque: string
}

/** @param limit How many wait; beyond it the one that was given first goes. */
export function createChallengeMemory(limit: number): ChallengeMemory {
  const waiting = new Map<string, Entry>()
  return {
    remember(challenge, { nonce, opaque }) {
      waiting.set(nonce, { challenge, opaque })
      const [oldest] = waiting.keys()
      if (waiting.size > limit && oldest !== undefined) waiting.delete(oldest)
    },
    take({ nonce, opaque }) {
      const entry = waiting.get(nonce)
      if (entry?.opaque !== opaque) return undefined
      waiting.delete(nonce)
      return entry.challenge
    },
  }
}
