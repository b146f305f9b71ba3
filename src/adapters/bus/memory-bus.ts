/** Hints between parts of one process. Design 9 */
import type { Bus } from '../../ports/bus.ts'

/** A bus without a network: notices are called soon after the publish, each on its own. */
export function createMemoryBus(): Bus {
  const subscribers = new Map<string, Set<() => void>>()
  return {
    publish(entityId) {
      const own = subscribers.get(entityId) ?? []
      for (const notice of own) {
        // A notice that throws stops neither the publisher nor the other notices, and is not hidden.
        queueMicrotask(() => {
          if (subscribers.get(entityId)?.has(notice) === true) notice()
        })
      }
    },
    subscribe(entityId, notice) {
      const own = subscribers.get(entityId) ?? new Set()
      // One function subscribed twice is two subscriptions.
      const subscription = () => notice()
      subscribers.set(entityId, own.add(subscription))
      return () => {
        own.delete(subscription)
        if (own.size === 0 && subscribers.get(entityId) === own) subscribers.delete(entityId)
      }
    },
  }
}
