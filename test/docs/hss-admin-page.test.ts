import { expect, test } from 'vitest'
import { ADMIN_ROUTES } from '../../src/adapters/hss-admin/admin-routes.ts'
import { gussSchema } from '../../src/hss/guss-fields.ts'
import {
  shownSubscriberSchema,
  subscriberChangeSchema,
  subscriberFieldsSchema,
} from '../../src/hss/subscriber-fields.ts'
import { declaredRoutes, documentedRoutes } from './admin-pages.fixture.ts'
import { codesIn, readPage, sectionOf, tablesOf } from './pages.fixture.ts'

const page = readPage('reference/hss-admin.md')
const rowsOf = (text: string) => tablesOf(text)[0]?.rows ?? []

test('every route has its row, with its failures, and the open ones are marked', () => {
  expect(documentedRoutes(page)).toEqual(declaredRoutes(ADMIN_ROUTES))
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
