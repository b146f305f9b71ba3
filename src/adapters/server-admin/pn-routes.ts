/** The PN inventory in the admin API of a CPNS Server. Design 9 */
import { z } from 'zod'
import { describePn, shownPnSchema } from '../../cpns-server/shown-pn.ts'
import type { AdminHandlers, AdminRoutes } from '../rest/admin-api.ts'
import { nextOf, nextSchema } from '../rest/page.ts'
import { Problem } from '../rest/problem.ts'
import { readInput } from '../rest/rest-server.ts'
import {
  type AdministrationPorts,
  entityPageSchema,
  NO_QUERY,
  paramOf,
} from './server-admin-ports.ts'

const listSchema = z.strictObject({ pns: z.array(shownPnSchema), next: nextSchema })

/** All of them, by name. */
export const PN_ROUTES = {
  listPns: {
    method: 'GET',
    path: '/admin/pns',
    summary: 'Which PNE is behind which PN GW in which PN: all PNs, or those that an entity is in',
    query: entityPageSchema,
    success: { status: 200, description: 'A page', schema: listSchema },
    failures: NO_QUERY,
  },
  showPn: {
    method: 'GET',
    path: '/admin/pns/{pnId}',
    summary: 'One PN',
    success: { status: 200, description: 'The PN', schema: shownPnSchema },
    failures: { 404: 'There is no such PN, or it has expired' },
  },
} as const satisfies AdminRoutes

/** What they do. */
export function pnHandlers({ store, clock }: AdministrationPorts): AdminHandlers<typeof PN_ROUTES> {
  return {
    async listPns({ query }) {
      const page = readInput(entityPageSchema, query)
      const nowMs = clock.nowMs()
      const pns = await store.listPns(nowMs, page)
      return {
        pns: pns.map((pn) => describePn(pn, nowMs)),
        ...nextOf(pns, page.limit, (pn) => pn.pnId),
      }
    },
    async showPn(request) {
      const nowMs = clock.nowMs()
      const pnId = paramOf(request, 'pnId', (text) => text)
      const pn = await store.findPn(pnId, nowMs)
      if (pn === undefined) throw new Problem(404)
      return describePn(pn, nowMs)
    },
  }
}
