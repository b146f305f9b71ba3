/** Entities, EUKeys, sessions and users as the command line and the admin API show them: never a key. K-4, K-5 */
import { z } from 'zod'
import { KEY_TYPES } from '../cpns/key-type.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { EntityInfo, EuKeyInfo, ServerStore, SessionInfo } from './server-store.ts'
import type { UserInfo } from './user-store.ts'

const time = z.iso.datetime()

/** Whose an entity or an EUKey is. */
export const shownOwnerSchema = z.strictObject({ kind: z.enum(['impi', 'user']), id: z.string() })

/** An entity with its owner. */
export const shownEntitySchema = z.strictObject({
  entityId: z.string(),
  owner: shownOwnerSchema,
  /** Whose password gives it EUKeys too, if its owner is an IMPI. */
  linkedUser: z.string().optional(),
  bound: time,
})

/** An EUKey, never its value. */
export const shownEuKeySchema = z.strictObject({
  /** B-TID, or a random id. */
  id: z.string(),
  entityId: z.string(),
  owner: shownOwnerSchema,
  source: z.enum(['gba-u', 'gba-me', 'assigned']),
  keyType: z.enum(KEY_TYPES),
  state: z.enum(['current', 'replaced']),
  created: time,
  expires: time,
})

/** A session, never its key. */
export const shownSessionSchema = z.strictObject({
  sessionId: z.string(),
  entityId: z.string(),
  role: z.enum(['pn-gw', 'pne']),
  /** EntityID of the PN GW that a PNE is behind. */
  via: z.string().optional(),
  euKeyId: z.string(),
  since: time,
  expires: time,
})

/** An entity with all that it has. */
export const shownEntityInFullSchema = shownEntitySchema.extend({
  euKeys: z.array(shownEuKeySchema),
  sessions: z.array(shownSessionSchema),
})

/** A CPNS User, without anything of the password but its day. */
export const shownUserSchema = z.strictObject({
  userId: z.string(),
  created: time,
  passwordOf: time,
})

/** An entity with its owner. */
export function describeEntity(entity: EntityInfo): z.infer<typeof shownEntitySchema> {
  const { entityId, owner, linkedUserId, boundAtMs } = entity
  return {
    entityId,
    owner: { kind: owner.kind, id: owner.id },
    ...(linkedUserId !== undefined && { linkedUser: linkedUserId }),
    bound: timeOf(boundAtMs),
  }
}

/** An EUKey, never its value. */
export function describeEuKey(euKey: EuKeyInfo): z.infer<typeof shownEuKeySchema> {
  const { id, entityId, owner, source, keyType, state, createdAtMs, expiresAtMs } = euKey
  return {
    id,
    entityId,
    owner: { kind: owner.kind, id: owner.id },
    source,
    keyType,
    state,
    created: timeOf(createdAtMs),
    expires: timeOf(expiresAtMs),
  }
}

/** A session, never its key. */
export function describeSession(session: SessionInfo): z.infer<typeof shownSessionSchema> {
  const { sessionId, entityId, role, via, euKeyId, createdAtMs, expiresAtMs } = session
  return {
    sessionId,
    entityId,
    role,
    ...(via !== undefined && { via }),
    euKeyId,
    since: timeOf(createdAtMs),
    expires: timeOf(expiresAtMs),
  }
}

/** A CPNS User. */
export function describeUser(user: UserInfo): z.infer<typeof shownUserSchema> {
  const { userId, createdAtMs, changedAtMs } = user
  return { userId, created: timeOf(createdAtMs), passwordOf: timeOf(changedAtMs) }
}

/** An entity with all that it has; `undefined` if it has no owner. @param nowMs UTC milliseconds. */
export async function describeEntityInFull(
  store: Pick<ServerStore, 'findEntity' | 'listEuKeys' | 'listSessions'>,
  entityId: EntityId,
  nowMs: number,
): Promise<z.infer<typeof shownEntityInFullSchema> | undefined> {
  const entity = await store.findEntity(entityId)
  if (entity === undefined) return undefined
  const euKeys = await store.listEuKeys({ entityId })
  const sessions = await store.listSessions(nowMs, { entityId })
  return {
    ...describeEntity(entity),
    euKeys: euKeys.map(describeEuKey),
    sessions: sessions.map(describeSession),
  }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
