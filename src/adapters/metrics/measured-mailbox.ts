/** A server's store that says how long each message waited for its recipient. Design 8, 11 */
import type { ServerStore } from '../../cpns-server/server-store.ts'
import type { Clock } from '../../ports/clock.ts'
import { createPending } from './pending.ts'

/**
 * The same store. From the commit of a message to the commit of its acknowledgement; what was accepted
 * by another process, or before the start of this one, is not counted.
 *
 * @param delivered Takes milliseconds.
 */
export function measureMailbox(
  store: ServerStore,
  clock: Pick<Clock, 'monotonicMs'>,
  delivered: (elapsedMs: number) => void,
): ServerStore {
  const pending = createPending()
  return {
    ...store,
    async acceptMessages(messages, ...rest) {
      const outcomes = await store.acceptMessages(messages, ...rest)
      const nowMs = clock.monotonicMs()
      for (const [index, message] of messages.entries()) {
        if (outcomes[index] === 'accepted') pending.begin(keyOf(message), nowMs)
      }
      return outcomes
    },
    async acknowledgeMessage(key) {
      const wasThere = await store.acknowledgeMessage(key)
      const beganMs = pending.end(keyOf(key))
      if (beganMs !== undefined) delivered(clock.monotonicMs() - beganMs)
      return wasThere
    },
  }
}

function keyOf({ from, messageId }: { readonly from: string; readonly messageId: string }): string {
  return `${messageId}\n${from}`
}
