/**
 * The way into the mailbox: durable, with a bound for each recipient, and known to whoever must not let a
 * later message pass meanwhile. Design 8
 */
import type { Status } from '../cpns/status.ts'
import type { ServerContext } from './options.ts'
import type { Acceptance, MailboxMessage, MailboxQuota } from './server-store.ts'

/** A message that is to wait for its recipient. */
export type MailboxArrival = Omit<MailboxMessage, 'position'>

/** One for each server. */
export interface Mailbox {
  /**
   * In one transaction, in order; wakes the recipients.
   *
   * @returns For each 202, also if it was accepted before; 503 if there is no room.
   * @throws {StoreFailed} Then none was taken.
   */
  accept(arrivals: readonly MailboxArrival[]): Promise<readonly Status[]>
  /** Whether messages to this recipient are on their way to the disk. */
  isTaking(to: string): boolean
  /** Told before `isTaking` ends that there may be something for a recipient. */
  observe(wake: (to: string) => void): void
}

/** 10,000 messages and 64 MiB of payload for one recipient. */
export const DEFAULT_MAILBOX_QUOTA: MailboxQuota = { messages: 10_000, octets: 64 * 1024 * 1024 }

const STATUS_OF: Readonly<Record<Acceptance, Status>> = {
  accepted: 202,
  duplicate: 202,
  full: 503,
}

/** Nothing is under way. */
export function createMailbox({ options, ports }: ServerContext): Mailbox {
  const quota = options.mailbox ?? DEFAULT_MAILBOX_QUOTA
  const taking = new Map<string, number>()
  const observers: ((to: string) => void)[] = []

  const count = (to: string, change: 1 | -1): void => {
    const now = (taking.get(to) ?? 0) + change
    if (now === 0) taking.delete(to)
    else taking.set(to, now)
  }

  return {
    async accept(arrivals) {
      if (arrivals.length === 0) return []
      const recipients = new Set(arrivals.map(({ to }) => to))
      for (const to of recipients) count(to, 1)
      try {
        const nowMs = ports.clock.nowMs()
        const outcomes = await ports.store.acceptMessages(arrivals, nowMs, quota)
        const accepted = arrivals.flatMap(({ to }, n) => (outcomes[n] === 'accepted' ? [to] : []))
        for (const to of new Set(accepted)) {
          for (const wake of observers) wake(to)
          ports.bus.publish(to)
        }
        return outcomes.map((outcome) => STATUS_OF[outcome])
      } finally {
        for (const to of recipients) count(to, -1)
      }
    },
    isTaking: (to) => taking.has(to),
    observe: (wake) => void observers.push(wake),
  }
}
