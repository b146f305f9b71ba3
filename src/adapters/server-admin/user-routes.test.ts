import { expect, test } from 'vitest'
import { shownUserSchema, USER_ROUTES, userOpenApi } from './user-routes.ts'

test('the OpenAPI document has every route, and none of them shows a password', () => {
  const document = JSON.parse(JSON.stringify(userOpenApi('1'))) as { paths: object }
  const paths = Object.values(USER_ROUTES).map(({ path }) => path)
  expect(Object.keys(document.paths).sort()).toEqual([...new Set(paths)].sort())
  expect(Object.keys(shownUserSchema.shape)).not.toContain('password')
})
