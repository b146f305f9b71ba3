/** A PN as the command line and the API show it. */
import type { PnInfo, Presence } from './pn-store.ts'

/** Times are ISO 8601, UTC; `lastSeen` is absent for who was never here. */
export interface ShownPn {
  readonly pnId: string
  readonly alias?: string
  readonly gateway: string
  /** Whether its PN GW is attached. */
  readonly online: boolean
  readonly lastSeen?: string
  readonly expires: string
  readonly members: readonly {
    readonly entityId: string
    readonly online: boolean
    readonly lastSeen?: string
    readonly expires: string
  }[]
}

/** Who is online was last seen now. @param nowMs UTC milliseconds. */
export function describePn(pn: PnInfo, nowMs: number): ShownPn {
  const { pnId, alias, gateway, expiresAtMs } = pn
  return {
    pnId,
    ...(alias !== undefined && { alias }),
    gateway,
    ...describePresence(pn, nowMs),
    expires: timeOf(expiresAtMs),
    members: pn.members.map((member) => ({
      entityId: member.entityId,
      ...describePresence(member, nowMs),
      expires: timeOf(member.expiresAtMs),
    })),
  }
}

function describePresence({ isOnline, lastSeenMs }: Presence, nowMs: number) {
  const seenMs = isOnline ? nowMs : lastSeenMs
  return { online: isOnline, ...(seenMs !== undefined && { lastSeen: timeOf(seenMs) }) }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
