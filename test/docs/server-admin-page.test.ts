import { describe, expect, test } from 'vitest'
import { newEntitySchema } from '../../src/adapters/server-admin/entity-routes.ts'
import { newEuKeySchema } from '../../src/adapters/server-admin/eukey-routes.ts'
import { SERVER_ROUTES } from '../../src/adapters/server-admin/server-routes.ts'
import { newUserSchema } from '../../src/adapters/server-admin/user-routes.ts'
import {
  shownEntitySchema,
  shownEuKeySchema,
  shownSessionSchema,
  shownUserSchema,
} from '../../src/cpns-server/shown-entity.ts'
import { shownPnSchema } from '../../src/cpns-server/shown-pn.ts'
import { declaredRoutes, documentedRoutes } from './admin-pages.fixture.ts'
import { codesIn, readPage, sectionOf, tablesOf } from './pages.fixture.ts'

const page = readPage('reference/server-admin.md')

test('every route has its row, with its failures, and the open ones are marked', () => {
  expect(documentedRoutes(page)).toEqual(declaredRoutes(SERVER_ROUTES))
})

const rowsOf = (title: string) => tablesOf(sectionOf(page, title))[0]?.rows ?? []

describe('every property, and in which direction it goes', () => {
  test.each([
    ['A user', newUserSchema, shownUserSchema],
    ['An entity', newEntitySchema, shownEntitySchema],
    ['An EUKey', newEuKeySchema, shownEuKeySchema],
  ])('%s', (title, input, output) => {
    const names = (direction: string) =>
      rowsOf(title)
        .filter(([, way = '']) => way.split(', ').includes(direction))
        .map(([name = '']) => codesIn(name)[0] ?? '')
        .sort()
    expect(names('in')).toEqual(Object.keys(input.shape).sort())
    expect(names('out')).toEqual(Object.keys(output.shape).sort())
  })

  test.each([
    ['A session', shownSessionSchema],
    ['A PN', shownPnSchema],
  ])('%s, which only comes out', (title, output) => {
    expect(rowsOf(title).map(([name = '']) => codesIn(name)[0])).toEqual(Object.keys(output.shape))
  })

  test('values that are one of several', () => {
    const cellOf = (name: string) =>
      codesIn(rowsOf('An EUKey').find(([first]) => codesIn(first ?? '')[0] === name)?.[2] ?? '')
    const { source, keyType, state } = shownEuKeySchema.shape
    expect(cellOf('source')).toEqual(source.options)
    expect(cellOf('keyType')).toEqual(keyType.options)
    expect(cellOf('state')).toEqual(state.options)
  })
})
