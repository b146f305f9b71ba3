/** Routes of an admin API: as its page shows them, and as they are declared. */
import type { AdminRoute, AdminRoutes } from '../../src/adapters/rest/admin-api.ts'
import { codesIn, tablesOf } from './pages.fixture.ts'

/** One route, as far as both say it. */
export interface ComparedRoute {
  readonly route: string
  readonly open: boolean
  readonly failures: readonly string[]
}

/** Rows of the first table of a page: route, what it does, failures. */
export function documentedRoutes(page: string): ComparedRoute[] {
  const rows = tablesOf(page)[0]?.rows ?? []
  return rows.map(([route = '', does = '', failures = '']) => ({
    route: codesIn(route)[0] ?? '',
    open: does.startsWith('Open.'),
    failures: failures.match(/\b\d{3}\b/g) ?? [],
  }))
}

/** The same of the declarations. */
export function declaredRoutes(routes: AdminRoutes): ComparedRoute[] {
  return Object.values<AdminRoute>(routes).map(({ method, path, open, failures = {} }) => ({
    route: `${method} ${path}`,
    open: open === true,
    failures: Object.keys(failures),
  }))
}
