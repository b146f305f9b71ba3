/** A PN as the command line and the API show it. */
import { z } from 'zod'
import type { PnInfo, Presence } from './pn-store.ts'

const presence = {
  online: z.boolean(),
  /** Absent: never seen. */
  lastSeen: z.iso.datetime().optional(),
  expires: z.iso.datetime(),
}

/** A PN; `online` and `lastSeen` are of its PN GW. Times are ISO 8601, UTC. */
export const shownPnSchema = z.strictObject({
  pnId: z.string(),
  alias: z.string().optional(),
  gateway: z.string(),
  ...presence,
  members: z.array(z.strictObject({ entityId: z.string(), ...presence })),
})

/** A PN as it is shown. */
export type ShownPn = z.infer<typeof shownPnSchema>

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
