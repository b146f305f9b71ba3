/**
 * Names that speak for the server or for an application at it. An entity with one of them would send messages in its
 * name, and get those that are meant for it. See docs/explanation/decisions/0056-names-that-no-entity-has.md.
 */
import type { EntityId } from '../identity/entity-id.ts'
import type { ServerContext } from './options.ts'
import { isServiceAddress } from './services.ts'

/** Whether no entity may prove itself under this EntityID: 403. */
export function isReservedName(
  entityId: EntityId,
  { options }: { readonly options: Pick<ServerContext['options'], 'entityId'> },
): boolean {
  return entityId === options.entityId || isServiceAddress(entityId)
}
