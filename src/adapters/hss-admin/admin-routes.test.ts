import { expect, test } from 'vitest'
import { formatGuss, type Guss, parseGuss } from '../../gba/guss.ts'
import { type AdminRoute, adminOpenApi } from '../rest/admin-api.ts'
import { PROBLEM_TITLES } from '../rest/problem.ts'
import { ADMIN_ROUTES, gussAsJson, gussOfJson, gussSchema } from './admin-routes.ts'

const FULL: Guss = {
  id: 'a@b.c',
  uiccType: 'GBA_U',
  lifeTimeSeconds: 60,
  ussList: [
    {
      gsid: 1_000_000,
      type: 0,
      nafGroup: 'A',
      uids: ['sip:a@b.c'],
      flags: [1],
      keyChoice: 'UICC_BASED_KEY',
    },
    { gsid: 2, type: 1, uids: [], flags: [] },
  ],
}

test('a GUSS goes through JSON and XML and stays what it is', () => {
  const back = gussOfJson('a@b.c', gussSchema.parse(JSON.parse(JSON.stringify(gussAsJson(FULL)))))
  expect(parseGuss(formatGuss(back))).toEqual(FULL)
})

test.each([
  { ussList: [{ gsid: -1 }] },
  { ussList: [{ gsid: 2 ** 32 }] },
  { ussList: [{ gsid: 1, uids: ['\u0000'] }] },
  { ussList: [{ gsid: 1, nafGroup: '' }] },
  { ussList: [{ gsid: 1, keyChoice: 'ANY' }] },
  { ussList: Array.from({ length: 65 }, () => ({ gsid: 1 })) },
  { lifeTimeSeconds: 0 },
  { uiccType: 'GBA_X' },
  { more: 1 },
])('no GUSS: %#', (json) => {
  expect(gussSchema.safeParse(json).success).toBe(false)
})

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
