/**
 * What one node remembers of the subscribers it served last: AKA functions with their ciphers, and what
 * is left of the SQN lease. Everything in it may be lost at any time; the store is the truth.
 */
import type { AkaFunctions } from '../aka/aka-functions.ts'
import { createMilenage } from '../aka/milenage.ts'
import type { SeqLease, SqnGeneratorState } from '../aka/sqn-generator.ts'
import { createTuak } from '../aka/tuak.ts'
import type { Impi } from '../identity/impi.ts'
import type { Subscriber } from './hss-store.ts'

/** One subscriber in memory. */
export interface RememberedSubscriber {
  /** f1 to f5* under the subscriber's key. */
  readonly functions: AkaFunctions
  /** Where the SQN lease of this node stands; absent: there is none. */
  sqn: SqnGeneratorState | undefined
  /** The next lease, asked for while half of that one was left; without one if that did not succeed. */
  ahead?: Promise<SeqLease | undefined> | undefined
}

/** The subscribers that were served last. */
export interface SubscriberMemory {
  /**
   * What is remembered of a subscriber as the store has it now; a changed key or algorithm starts anew.
   *
   * @throws {RangeError} If a key or a TUAK length is none.
   */
  recall(subscriber: Subscriber): RememberedSubscriber
  /** Forgets a subscriber that is gone from the store. */
  forget(impi: Impi): void
}

interface Entry extends RememberedSubscriber {
  /** As the store had it last. */
  subscriber: Subscriber
}

/** @param limit How many subscribers are remembered; beyond it the one unused for longest goes. */
export function createSubscriberMemory(limit: number): SubscriberMemory {
  const entries = new Map<Impi, Entry>()
  return {
    recall(subscriber) {
      const { impi } = subscriber
      const known = entries.get(impi)
      const entry =
        known !== undefined && hasSameFunctions(known.subscriber, subscriber)
          ? known
          : { subscriber, functions: functionsOf(subscriber), sqn: undefined }
      entry.subscriber = subscriber
      // A Map keeps the order of insertion, so the first entry is the one unused for longest.
      entries.delete(impi)
      entries.set(impi, entry)
      const [oldest] = entries.keys()
      if (entries.size > limit && oldest !== undefined) entries.delete(oldest)
      return entry
    },
    forget: (impi) => void entries.delete(impi),
  }
}

function functionsOf({
  algorithm,
  subscriberKey,
  operatorVariant,
  tuak,
}: Subscriber): AkaFunctions {
  return algorithm === 'milenage'
    ? createMilenage({ k: subscriberKey, opc: operatorVariant })
    : createTuak({ k: subscriberKey, topc: operatorVariant }, tuak)
}

function hasSameFunctions(a: Subscriber, b: Subscriber): boolean {
  return (
    a === b ||
    (a.algorithm === b.algorithm &&
      a.subscriberKey.equals(b.subscriberKey) &&
      a.operatorVariant.equals(b.operatorVariant) &&
      JSON.stringify(a.tuak) === JSON.stringify(b.tuak))
  )
}
