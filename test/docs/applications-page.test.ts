import { expect, test } from 'vitest'
import { APP_ROUTES, type AppRoute } from '../../src/adapters/app/app-routes.ts'
import { codesIn, readPage, tablesOf } from './pages.fixture.ts'

const [table] = tablesOf(readPage('reference/applications.md'))
const rows = table?.rows ?? []

test('every route has its row, with scope and failures', () => {
  const documented = rows.map(([route = '', scope = '', , failures = '']) => ({
    route: codesIn(route)[0],
    scope: codesIn(scope)[0],
    failures: failures.match(/\d{3}/g) ?? [],
  }))
  const declared = Object.values<AppRoute>(APP_ROUTES).map((route) => ({
    route: `${route.method} ${route.path}`,
    scope: route.scope,
    failures: Object.keys(route.failures ?? {}),
  }))
  expect(documented).toEqual(declared)
})
