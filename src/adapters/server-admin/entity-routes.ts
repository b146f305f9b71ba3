/** Entities and whom they belong to, in the admin API of a CPNS Server. K-4 */
import { z } from 'zod'
import {
  describeEntity,
  describeEntityInFull,
  shownEntityInFullSchema,
  shownEntitySchema,
} from '../../cpns-server/shown-entity.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parseImpi } from '../../identity/impi.ts'
import { parseUserId } from '../../identity/user-id.ts'
import type { AdminHandlers, AdminRoutes } from '../rest/admin-api.ts'
import { NO_QUERY, nextOf, nextSchema, pageSchema } from '../rest/page.ts'
import { parsedText } from '../rest/parsed-text.ts'
import { Problem } from '../rest/problem.ts'
import { readInput } from '../rest/rest-server.ts'
import {
  type AdministrationPorts,
  paramOf,
  refuseReserved,
  WRONG_BODY,
} from './server-admin-ports.ts'

/** An owner: a subscriber or a CPNS User. */
export const ownerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('impi'), id: parsedText(parseImpi) }),
  z.strictObject({ kind: z.literal('user'), id: parsedText(parseUserId) }),
])

/** An entity to be bound. */
export const newEntitySchema = z.strictObject({
  entityId: parsedText(parseEntityId),
  owner: ownerSchema,
})

const listSchema = z.strictObject({ entities: z.array(shownEntitySchema), next: nextSchema })

const ENTITY = '/admin/entities/{entityId}'
const NO_ENTITY_ID = 'The path holds no EntityID'
const UNKNOWN = 'The entity has no owner here'

/** All of them, by name. */
export const ENTITY_ROUTES = {
  listEntities: {
    method: 'GET',
    path: '/admin/entities',
    summary: 'Entities with their owners, by EntityID, page by page',
    query: pageSchema,
    success: { status: 200, description: 'A page', schema: listSchema },
    failures: NO_QUERY,
  },
  addEntity: {
    method: 'POST',
    path: '/admin/entities',
    summary: 'Bind an entity to its owner before its first use',
    body: newEntitySchema,
    success: { status: 201, description: 'Bound', schema: shownEntitySchema },
    failures: { 400: WRONG_BODY, 409: 'The entity has an owner already' },
  },
  showEntity: {
    method: 'GET',
    path: ENTITY,
    summary: 'An entity with its owner, its EUKeys and its sessions; never a key',
    success: { status: 200, description: 'The entity', schema: shownEntityInFullSchema },
    failures: { 400: NO_ENTITY_ID, 404: UNKNOWN },
  },
  rebindEntity: {
    method: 'PUT',
    path: `${ENTITY}/owner`,
    summary: 'Give an entity to another owner; its EUKeys, sessions and link to a user end',
    body: ownerSchema,
    success: { status: 200, description: 'Bound anew', schema: shownEntitySchema },
    failures: { 400: WRONG_BODY, 404: UNKNOWN },
  },
  removeEntity: {
    method: 'DELETE',
    path: ENTITY,
    summary: 'Forget an entity, with its EUKeys and sessions',
    success: { status: 204, description: 'Forgotten' },
    failures: { 400: NO_ENTITY_ID, 404: UNKNOWN },
  },
} as const satisfies AdminRoutes

/** What they do. */
export function entityHandlers({
  store,
  server,
  clock,
}: AdministrationPorts): AdminHandlers<typeof ENTITY_ROUTES> {
  return {
    async listEntities({ query }) {
      const page = readInput(pageSchema, query)
      const entities = await store.listEntities(page)
      return {
        entities: entities.map(describeEntity),
        ...nextOf(entities, page.limit, (one) => one.entityId),
      }
    },
    async addEntity({ body }) {
      const entity = { ...readInput(newEntitySchema, body), boundAtMs: clock.nowMs() }
      refuseReserved(entity.entityId, server)
      if ((await store.bindEntity(entity)) === 'bound') return describeEntity(entity)
      throw new Problem(409, 'The entity has an owner already')
    },
    async showEntity(request) {
      const entityId = paramOf(request, 'entityId', parseEntityId)
      const shown = await describeEntityInFull(store, entityId, clock.nowMs())
      if (shown === undefined) throw new Problem(404)
      return shown
    },
    async rebindEntity(request) {
      const entityId = paramOf(request, 'entityId', parseEntityId)
      const owner = readInput(ownerSchema, request.body)
      const entity = { entityId, owner, boundAtMs: clock.nowMs() }
      if (!(await store.rebindEntity(entity))) throw new Problem(404)
      await server.closeEnded()
      return describeEntity(entity)
    },
    async removeEntity(request) {
      const entityId = paramOf(request, 'entityId', parseEntityId)
      if (!(await store.removeEntity(entityId))) throw new Problem(404)
      await server.closeEnded()
    },
  }
}
