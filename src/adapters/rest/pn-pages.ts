/** The PN inventory in both HTTP APIs of a CPNS Server, for applications and for administrators. Design 9 */
import { z } from 'zod'
import type { PnStore } from '../../cpns-server/pn-store.ts'
import { describePn, type ShownPn, shownPnSchema } from '../../cpns-server/shown-pn.ts'
import type { Clock } from '../../ports/clock.ts'
import { entityPageSchema, NO_QUERY, nextOf, nextSchema } from './page.ts'
import { Problem } from './problem.ts'
import { readInput } from './rest-server.ts'

/** Where they are read. */
export interface PnPagesPorts {
  readonly store: Pick<PnStore, 'listPns' | 'findPn'>
  readonly clock: Clock
}

/** What the routes of the list and of one PN declare, besides their paths. */
export const PN_PAGES = {
  list: {
    method: 'GET',
    summary: 'Which PNE is behind which PN GW in which PN: all PNs, or those that an entity is in',
    query: entityPageSchema,
    success: {
      status: 200,
      description: 'A page',
      schema: z.strictObject({ pns: z.array(shownPnSchema), next: nextSchema }),
    },
    failures: NO_QUERY,
  },
  show: {
    method: 'GET',
    summary: 'One PN',
    success: { status: 200, description: 'The PN', schema: shownPnSchema },
    failures: { 404: 'There is no such PN, or it has expired' },
  },
} as const

/** @param query As it came. @throws {Problem} 400 if it is none. */
export async function listPnPage(
  query: unknown,
  { store, clock }: PnPagesPorts,
): Promise<{ readonly pns: readonly ShownPn[]; readonly next?: string }> {
  const page = readInput(entityPageSchema, query)
  const nowMs = clock.nowMs()
  const pns = await store.listPns(nowMs, page)
  return {
    pns: pns.map((pn) => describePn(pn, nowMs)),
    ...nextOf(pns, page.limit, (pn) => pn.pnId),
  }
}

/** @throws {Problem} 404 if there is no such PN. */
export async function showPn(pnId: string, { store, clock }: PnPagesPorts): Promise<ShownPn> {
  const nowMs = clock.nowMs()
  const pn = await store.findPn(pnId, nowMs)
  if (pn === undefined) throw new Problem(404)
  return describePn(pn, nowMs)
}
