import { expect, test } from 'vitest'
import { type AdminRoute, adminOpenApi } from '../rest/admin-api.ts'
import { PROBLEM_TITLES } from '../rest/problem.ts'
import { ADMIN_ROUTES } from './admin-routes.ts'

test('the document has every route, and a title for every failure; open are three', () => {
  const { paths } = adminOpenApi({ title: 'HSS', version: '1' }, ADMIN_ROUTES) as {
    paths: Record<string, Record<string, { operationId: string; security?: unknown }>>
  }
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
    Object.keys(ADMIN_ROUTES).sort(),
  )
  const open = operations.filter(({ security }) => security === undefined)
  expect(open.map(({ operationId }) => operationId).sort()).toEqual(['health', 'openapi', 'ready'])
  const statuses = Object.values<AdminRoute>(ADMIN_ROUTES).flatMap(({ failures = {} }) =>
    Object.keys(failures),
  )
  expect(statuses.filter((status) => PROBLEM_TITLES[Number(status)] === undefined)).toEqual([])
})
