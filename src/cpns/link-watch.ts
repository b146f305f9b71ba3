/** Watching over a link that is up: what ends it, and whether the server is still there. Design 7, 8 */
import type { Clock } from '../ports/clock.ts'
import { attachmentErrorOf } from './attachment-error.ts'
import type { ClientSession } from './client-session.ts'
import type { LinkConnection, LinkSignal } from './link-connection.ts'
import { encodePing } from './record-content.ts'

/** Why a link that was up is not any more. */
export type LinkDownReason = 'session-ended' | 'attach-again' | 'authenticate-again' | 'closed'

/** A server that was not heard for so long is asked whether it is there. */
const KEEPALIVE_MS = 60_000
/** How long it may take to say so. */
const PING_ANSWER_MS = 10_000

/** What is under way at the end of a session is refused by the server, so a client does not wait for it. */
const DEFAULT_AHEAD_MS = 1_000

/**
 * When a session is to be renewed, on the monotonic clock: ahead of its end as configured, by default a
 * second, but never in the first half of its life, so that short sessions do not only renew themselves.
 */
export function dueAtMs(
  { endsAtMonotonicMs, lifetimeSeconds }: Omit<ClientSession, 'sessionKey' | 'sessionId'>,
  { renewAheadMs = DEFAULT_AHEAD_MS }: { readonly renewAheadMs?: number },
): number {
  return endsAtMonotonicMs - Math.min(renewAheadMs, lifetimeSeconds * 500)
}

/**
 * Resolves when the link cannot be used as it is any more. A server that is silent for a minute and does
 * not answer a ping counts as `closed`.
 *
 * @param untilMs End of the session, on the monotonic clock.
 */
export async function whenLinkChanges(
  connection: LinkConnection,
  untilMs: number,
  clock: Clock,
): Promise<LinkDownReason> {
  let askedAtMs = Number.NEGATIVE_INFINITY
  for (;;) {
    const nowMs = clock.monotonicMs()
    if (nowMs >= untilMs) return 'session-ended'
    const isAsked = askedAtMs > connection.heardAtMs
    const limitMs = isAsked ? askedAtMs + PING_ANSWER_MS : connection.heardAtMs + KEEPALIVE_MS
    if (nowMs < limitMs) {
      const signal = await connection.next(Math.min(limitMs, untilMs) - nowMs)
      const reason = signal && reasonOf(signal)
      if (reason !== undefined) return reason
    } else if (isAsked) return 'closed'
    else {
      askedAtMs = nowMs
      // If it cannot be sent the connection has ended, and the next signal says so.
      connection.sendRecord('ping', encodePing('request')).catch(() => {})
    }
  }
}

function reasonOf(signal: LinkSignal): LinkDownReason | undefined {
  switch (signal.kind) {
    case 'closed':
    case 'attach-again':
    case 'authenticate-again':
      return signal.kind
    case 'text':
      return reasonInText(signal.octets)
    case 'attach-answer':
    case 'attached':
      break
  }
  return undefined
}

/** With a peer that sends something else than messages there is no going on. */
function reasonInText(octets: Uint8Array): LinkDownReason | undefined {
  try {
    return attachmentErrorOf(octets)
  } catch {
    return 'closed'
  }
}
