/** What the routes of a server's admin API work with. */
import type { FastifyRequest } from 'fastify'
import type { CpnsServer } from '../../cpns-server/create-cpns-server.ts'
import { RESERVED } from '../../cpns-server/reserved-names.ts'
import type { ServerStore } from '../../cpns-server/server-store.ts'
import type { EntityId } from '../../identity/entity-id.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import { Problem } from '../rest/problem.ts'

/** The same operations of the store as the command line has, and the server whose sessions they may end. */
export interface AdministrationPorts {
  readonly store: ServerStore
  readonly server: Pick<CpnsServer, 'endSession' | 'closeEnded' | 'isReserved'>
  readonly clock: Clock
  readonly random: Random
}

/** Failure of a body. */
export const WRONG_BODY = 'Not what the schema says'

/** @throws {Problem} 400, for a name that no entity can have. */
export function refuseReserved(entityId: EntityId, server: Pick<CpnsServer, 'isReserved'>): void {
  if (server.isReserved(entityId)) throw new Problem(400, `entityId: ${RESERVED}`)
}

/** A parameter of the path. @throws {InvalidMessage} Naming it. */
export function paramOf<T>(
  { params }: FastifyRequest,
  name: string,
  parse: (text: string, field: string) => T,
): T {
  return parse((params as Readonly<Record<string, string>>)[name] ?? '', name)
}
