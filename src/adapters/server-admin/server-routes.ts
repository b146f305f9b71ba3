/** All routes of the admin API of a CPNS Server, with what they do. Design 10 */
import { type AdminHandlers, type AdminRoutes, OPENAPI_ROUTE } from '../rest/admin-api.ts'
import { ENTITY_ROUTES, entityHandlers } from './entity-routes.ts'
import { EUKEY_ROUTES, euKeyHandlers } from './eukey-routes.ts'
import { PN_ROUTES, pnHandlers } from './pn-routes.ts'
import type { AdministrationPorts } from './server-admin-ports.ts'
import { SESSION_ROUTES, sessionHandlers } from './session-routes.ts'
import { USER_ROUTES, userHandlers } from './user-routes.ts'

/** Title of the OpenAPI document. */
export const SERVER_ADMIN_TITLE = 'CPNS Server: administration'

/** All of them, by name. */
export const SERVER_ROUTES = {
  ...USER_ROUTES,
  ...ENTITY_ROUTES,
  ...EUKEY_ROUTES,
  ...SESSION_ROUTES,
  ...PN_ROUTES,
  openapi: OPENAPI_ROUTE,
} as const satisfies AdminRoutes

/** What they do. */
export function serverHandlers(ports: AdministrationPorts): AdminHandlers<typeof SERVER_ROUTES> {
  return {
    ...userHandlers(ports),
    ...entityHandlers(ports),
    ...euKeyHandlers(ports),
    ...sessionHandlers(ports),
    ...pnHandlers(ports),
  }
}
