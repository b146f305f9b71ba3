/** EUKeys in the admin API of a CPNS Server. A key goes in and never comes out. K-4, K-5 */
import { z } from 'zod'
import { KEY_TYPES } from '../../cpns/key-type.ts'
import { provisionEuKey } from '../../cpns-server/provision-eukey.ts'
import type { EuKeyPlace } from '../../cpns-server/server-store.ts'
import { describeEuKey, shownEuKeySchema } from '../../cpns-server/shown-entity.ts'
import { Secret } from '../../crypto/secret.ts'
import { InvalidMessage } from '../../errors/errors.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { fromHex } from '../../octets/octets.ts'
import type { AdminHandlers, AdminRoutes } from '../rest/admin-api.ts'
import {
  entityPageSchema,
  formatCursor,
  NO_QUERY,
  nextOf,
  nextSchema,
  parseCursor,
} from '../rest/page.ts'
import { parsedText } from '../rest/parsed-text.ts'
import { Problem } from '../rest/problem.ts'
import { readInput } from '../rest/rest-server.ts'
import {
  type AdministrationPorts,
  paramOf,
  refuseReserved,
  WRONG_BODY,
} from './server-admin-ports.ts'

const EUKEY_LENGTH = 32
const LONGEST_LIFETIME_SECONDS = 0x7fff_ffff
const DEFAULT_LIFETIME_SECONDS = 30 * 86_400

/** An EUKey that a device has been given. */
export const newEuKeySchema = z.strictObject({
  /** UserID of its owner; binds the entity if it has none. */
  userId: parsedText(parseUserId),
  /** 64 hex digits. */
  key: parsedText(parseKey),
  /** Seconds. */
  lifetime: z.int().min(1).max(LONGEST_LIFETIME_SECONDS).default(DEFAULT_LIFETIME_SECONDS),
})

const euKeys = z.array(shownEuKeySchema)
const placeSchema = z.tuple([z.string(), z.int(), z.string(), z.enum(KEY_TYPES)])

const EUKEYS = '/admin/entities/{entityId}/eukeys'
const NO_ENTITY_ID = 'The path holds no EntityID'
const NONE = 'The entity has no EUKey here'

/** All of them, by name. */
export const EUKEY_ROUTES = {
  listEuKeys: {
    method: 'GET',
    path: '/admin/eukeys',
    summary: 'EUKeys with owner and expiry, of all entities or of one, page by page; never a key',
    query: entityPageSchema,
    success: {
      status: 200,
      description: 'A page',
      schema: z.strictObject({ euKeys, next: nextSchema }),
    },
    failures: NO_QUERY,
  },
  showEuKeys: {
    method: 'GET',
    path: EUKEYS,
    summary: 'The EUKeys of one entity, the current one and those it replaced; never a key',
    success: { status: 200, description: 'All of them', schema: z.strictObject({ euKeys }) },
    failures: { 400: NO_ENTITY_ID, 404: NONE },
  },
  addEuKey: {
    method: 'POST',
    path: EUKEYS,
    summary: 'Give an entity the EUKey that was put into it; sessions under a former one end',
    body: newEuKeySchema,
    success: { status: 201, description: 'Its current EUKey', schema: shownEuKeySchema },
    failures: { 400: WRONG_BODY, 409: 'The entity belongs to another owner' },
  },
  removeEuKeys: {
    method: 'DELETE',
    path: EUKEYS,
    summary: "Take an entity's EUKeys away and end its sessions",
    success: { status: 204, description: 'Taken away' },
    failures: { 400: NO_ENTITY_ID, 404: NONE },
  },
} as const satisfies AdminRoutes

/** What they do. */
export function euKeyHandlers(ports: AdministrationPorts): AdminHandlers<typeof EUKEY_ROUTES> {
  const { store, server } = ports
  return {
    async listEuKeys({ query }) {
      const { after: cursor, entityId, limit } = readInput(entityPageSchema, query)
      const after = cursor === undefined ? undefined : placeOf(cursor)
      const found = await store.listEuKeys({ after, entityId, limit })
      return { euKeys: found.map(describeEuKey), ...nextOf(found, limit, cursorOf) }
    },
    async showEuKeys(request) {
      const entityId = paramOf(request, 'entityId', parseEntityId)
      const found = await store.listEuKeys({ entityId })
      if (found.length === 0) throw new Problem(404)
      return { euKeys: found.map(describeEuKey) }
    },
    async addEuKey(request) {
      const entityId = paramOf(request, 'entityId', parseEntityId)
      const { userId, key, lifetime } = readInput(newEuKeySchema, request.body)
      refuseReserved(entityId, server)
      const wish = { entityId, userId, key, lifetimeSeconds: lifetime }
      const euKey = await provisionEuKey(wish, ports)
      if (euKey === undefined) throw new Problem(409, 'The entity belongs to another owner')
      await server.closeEnded()
      return describeEuKey({ ...euKey, state: 'current' })
    },
    async removeEuKeys(request) {
      const removed = await store.removeEuKeys(paramOf(request, 'entityId', parseEntityId))
      if (!removed) throw new Problem(404)
      await server.closeEnded()
    },
  }
}

function parseKey(text: string): Secret {
  const octets = fromHex(text, 'key')
  if (octets.length !== EUKEY_LENGTH) throw new InvalidMessage('not 64 hex digits', 'key')
  return Secret.of(octets)
}

function cursorOf({ entityId, createdAtMs, id, keyType }: EuKeyPlace): string {
  return formatCursor([entityId, createdAtMs, id, keyType])
}

function placeOf(cursor: string): EuKeyPlace {
  const [entityId, createdAtMs, id, keyType] = parseCursor(cursor, placeSchema)
  return { entityId: parseEntityId(entityId, 'after'), createdAtMs, id, keyType }
}
