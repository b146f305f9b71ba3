/**
 * Names that speak for the server or for an application at it. An entity with one of them would send messages in its
 * name, and get those that are meant for it. See docs/explanation/decisions/0056-names-that-no-entity-has.md.
 */
import { InvalidMessage } from '../errors/errors.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import type { ServerContext } from './options.ts'
import { isServiceAddress } from './services.ts'

/** Why an administrator is refused such a name. */
export const RESERVED = 'it speaks for the server or an application: no entity can have it'

/** Whether no entity may prove itself under this EntityID: 403. */
export function isReservedName(
  entityId: EntityId,
  { options }: { readonly options: Pick<ServerContext['options'], 'entityId'> },
): boolean {
  return entityId === options.entityId || isServiceAddress(entityId)
}

/**
 * EntityID of an entity that is given an owner or a key by hand. The EntityID of the server is not known here.
 *
 * @throws {InvalidMessage} As `parseEntityId`, and for the address of an application.
 */
export function parseNewEntityId(text: string, field = 'EntityID'): EntityId {
  const entityId = parseEntityId(text, field)
  if (isServiceAddress(entityId)) throw new InvalidMessage(RESERVED, field)
  return entityId
}
