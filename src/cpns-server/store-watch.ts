/**
 * One look at the store for all that this process serves: what other processes wrote is heard of by nobody
 * else. Design 9: the rows are the truth, no role keeps truth in memory. It costs one question a turn,
 * however many entities are attached, unless somebody else did write.
 */
import type { AttachmentRegistry } from './attachment-registry.ts'
import type { Delivery } from './delivery.ts'
import type { ServerContext } from './options.ts'
import type { Relay } from './relay.ts'

/** What a watch needs of the server. */
export interface StoreWatchParts extends ServerContext {
  readonly registry: Pick<AttachmentRegistry, 'all' | 'endSessions'>
  readonly relay: Pick<Relay, 'forgetIdle'>
  readonly delivery: Pick<Delivery, 'wake'>
}

/** A watch that runs. */
export interface StoreWatch {
  /** Closes the attachments of sessions that the store no longer has. Never rejects. */
  closeEnded(): Promise<void>
  cancel(): void
}

/** How often: whom an administrator ends is gone by then, and what others accepted is delivered. */
const LOOK_MS = 5_000
/** In how many of these turns rows that have expired are removed once, and all is compared once. */
const LOOKS_A_SWEEP = 12

/** Looks from now on. */
export function startStoreWatch(parts: StoreWatchParts): StoreWatch {
  const { clock, log, store } = parts.ports
  const news = createNews(parts)
  let looks = 0
  /** Whether something was changed elsewhere and could not be read yet. */
  let isBehind = false

  const look = async (isSweep: boolean): Promise<void> => {
    isBehind = (await store.changedElsewhere()) || isBehind
    if (isBehind || isSweep) await closeEnded(parts)
    if (isBehind) await news()
    isBehind = false
    if (!isSweep) return
    parts.relay.forgetIdle()
    await store.removeExpired(clock.nowMs())
  }
  const failed = (error: unknown): void => log.error('sweep-failed', { reason: String(error) })
  const run = (): void => {
    looks += 1
    look(looks % LOOKS_A_SWEEP === 0).catch(failed)
    timer = clock.setTimer(LOOK_MS, run)
  }
  let timer = clock.setTimer(LOOK_MS, run)
  return { closeEnded: () => closeEnded(parts).catch(failed), cancel: () => timer.cancel() }
}

async function closeEnded({ ports, registry }: StoreWatchParts): Promise<void> {
  const attached = registry.all().map(({ session }) => session.sessionId)
  if (attached.length === 0) return
  const alive = await ports.store.listSessions(ports.clock.nowMs())
  const aliveIds = new Set(alive.map(({ sessionId }) => sessionId))
  registry.endSessions(attached.filter((sessionId) => !aliveIds.has(sessionId)))
}

/** Wakes the recipients of what was accepted since the last time, by whomever. */
function createNews({ ports, delivery }: StoreWatchParts): () => Promise<void> {
  let position = 0
  return async () => {
    const news = await ports.store.recipientsSince(position)
    position = news.position
    for (const to of news.recipients) delivery.wake(to)
  }
}
