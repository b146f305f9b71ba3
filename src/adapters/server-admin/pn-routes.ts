/** The PN inventory in the admin API of a CPNS Server. Design 9 */
import type { AdminHandlers, AdminRoutes } from '../rest/admin-api.ts'
import { listPnPage, PN_PAGES, showPn } from '../rest/pn-pages.ts'
import { type AdministrationPorts, paramOf } from './server-admin-ports.ts'

/** All of them, by name. */
export const PN_ROUTES = {
  listPns: { path: '/admin/pns', ...PN_PAGES.list },
  showPn: { path: '/admin/pns/{pnId}', ...PN_PAGES.show },
} as const satisfies AdminRoutes

/** What they do. */
export function pnHandlers(ports: AdministrationPorts): AdminHandlers<typeof PN_ROUTES> {
  return {
    listPns: ({ query }) => listPnPage(query, ports),
    showPn: (request) =>
      showPn(
        paramOf(request, 'pnId', (text) => text),
        ports,
      ),
  }
}
