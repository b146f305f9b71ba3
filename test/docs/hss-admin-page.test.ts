import { expect, test } from 'vitest'
import {
  ADMIN_ROUTES,
  type AdminRoute,
  gussSchema,
} from '../../src/adapters/hss-admin/admin-routes.ts'
import {
  shownSubscriberSchema,
  subscriberChangeSchema,
  subscriberFieldsSchema,
} from '../../src/hss/subscriber-fields.ts'
import { codesIn, readPage, sectionOf, tablesOf } from './pages.fixture.ts'

const page = readPage('reference/hss-admin.md')
const rowsOf = (text: string) => tablesOf(text)[0]?.rows ?? []

test('every route has its row, with its failures, and the open ones are marked', () => {
  const documented = rowsOf(page).map(([route = '', does = '', failures = '']) => ({
    route: codesIn(route)[0],
    open: does.startsWith('Open.'),
    failures: failures.match(/\d{3}/g) ?? [],
  }))
  const declared = Object.values<AdminRoute>(ADMIN_ROUTES).map((route) => ({
    route: `${route.method} ${route.path}`,
    open: route.open === true,
    failures: Object.keys(route.failures ?? {}),
  }))
  expect(documented).toEqual(declared)
})

test('every property of a subscriber, and in which direction it goes', () => {
  const rows = rowsOf(sectionOf(page, 'A subscriber'))
  const names = (direction: string) =>
    rows
      .filter(([, way = '']) => way.split(', ').includes(direction))
      .map(([name = '']) => codesIn(name)[0] ?? '')
      .sort()
  const { impi: _, ...changeable } = subscriberFieldsSchema.shape
  expect(names('in')).toEqual(Object.keys(subscriberFieldsSchema.shape).sort())
  expect(Object.keys(subscriberChangeSchema.shape).sort()).toEqual(Object.keys(changeable).sort())
  expect(names('out')).toEqual(Object.keys(shownSubscriberSchema.shape).sort())
})

test('every property of a GUSS', () => {
  const rows = rowsOf(sectionOf(page, 'A GUSS'))
  expect(rows.map(([name = '']) => codesIn(name)[0])).toEqual(Object.keys(gussSchema.shape))
  const uss = gussSchema.shape.ussList.unwrap().element.shape
  const list = rows.find(([name]) => codesIn(name ?? '')[0] === 'ussList')
  expect(codesIn(list?.[1] ?? '')).toEqual(Object.keys(uss))
})
