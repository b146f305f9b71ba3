/** Removal of what has expired, on the way of other work: no timer, so nothing to stop. */
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { BsfStore } from './bsf-store.ts'

const INTERVAL_MS = 60_000

/** Starts a removal if the last one began a minute ago or more; never waits and never throws. */
export function createExpirySweep(ports: {
  readonly store: Pick<BsfStore, 'removeExpired'>
  readonly clock: Clock
  readonly log: Log
}): () => void {
  const { store, clock, log } = ports
  let lastMs = clock.monotonicMs()
  return () => {
    if (clock.monotonicMs() - lastMs < INTERVAL_MS) return
    lastMs = clock.monotonicMs()
    store.removeExpired(clock.nowMs()).then(
      (removed) => log.info('expired-removed', { removed }),
      () => log.warn('expired-not-removed'),
    )
  }
}
