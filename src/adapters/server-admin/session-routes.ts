/** Sessions in the admin API of a CPNS Server. Design 7, 8 */
import { z } from 'zod'
import type { SessionPlace } from '../../cpns-server/server-store.ts'
import { describeSession, shownSessionSchema } from '../../cpns-server/shown-entity.ts'
import type { AdminHandlers, AdminRoutes } from '../rest/admin-api.ts'
import {
  entityPageSchema,
  formatCursor,
  NO_QUERY,
  nextOf,
  nextSchema,
  parseCursor,
} from '../rest/page.ts'
import { Problem } from '../rest/problem.ts'
import { readInput } from '../rest/rest-server.ts'
import { type AdministrationPorts, paramOf } from './server-admin-ports.ts'

const listSchema = z.strictObject({ sessions: z.array(shownSessionSchema), next: nextSchema })
const placeSchema = z.tuple([z.int(), z.string()])

const SESSION = '/admin/sessions/{sessionId}'
const NONE = 'There is no such session, or it has ended'

/** All of them, by name. */
export const SESSION_ROUTES = {
  listSessions: {
    method: 'GET',
    path: '/admin/sessions',
    summary:
      'Sessions that have not ended, of all entities or of one, the oldest first, page by page',
    query: entityPageSchema,
    success: { status: 200, description: 'A page', schema: listSchema },
    failures: NO_QUERY,
  },
  showSession: {
    method: 'GET',
    path: SESSION,
    summary: 'One session; never its key',
    success: { status: 200, description: 'The session', schema: shownSessionSchema },
    failures: { 404: NONE },
  },
  endSession: {
    method: 'DELETE',
    path: SESSION,
    summary: 'End a session and its attachment at once; its peer can make another',
    success: { status: 204, description: 'Ended' },
    failures: { 404: NONE },
  },
} as const satisfies AdminRoutes

/** What they do. */
export function sessionHandlers({
  store,
  server,
  clock,
}: AdministrationPorts): AdminHandlers<typeof SESSION_ROUTES> {
  return {
    async listSessions({ query }) {
      const { after: cursor, entityId, limit } = readInput(entityPageSchema, query)
      const after = cursor === undefined ? undefined : placeOf(cursor)
      const sessions = await store.listSessions(clock.nowMs(), { after, entityId, limit })
      return {
        sessions: sessions.map(describeSession),
        ...nextOf(sessions, limit, cursorOf),
      }
    },
    async showSession(request) {
      const session = await store.findSession(sessionIdOf(request), clock.nowMs())
      if (session === undefined) throw new Problem(404)
      return describeSession(session)
    },
    async endSession(request) {
      if (!(await server.endSession(sessionIdOf(request)))) throw new Problem(404)
    },
  }
}

function sessionIdOf(request: Parameters<typeof paramOf>[0]): string {
  return paramOf(request, 'sessionId', (text) => text)
}

function cursorOf({ createdAtMs, sessionId }: SessionPlace): string {
  return formatCursor([createdAtMs, sessionId])
}

function placeOf(cursor: string): SessionPlace {
  const [createdAtMs, sessionId] = parseCursor(cursor, placeSchema)
  return { createdAtMs, sessionId }
}
