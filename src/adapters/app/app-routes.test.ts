import { expect, test } from 'vitest'
import { PROBLEM_TITLES } from '../rest/problem.ts'
import { APP_ROUTES, sendSchema } from './app-routes.ts'

test('every failure has a title', () => {
  const statuses = Object.values(APP_ROUTES).flatMap((route) =>
    'failures' in route ? Object.keys(route.failures) : [],
  )
  expect(statuses.filter((status) => PROBLEM_TITLES[Number(status)] === undefined)).toEqual([])
})

test('the largest payload passes, to be judged by the server', () => {
  const payload = Buffer.alloc(65_536).toString('base64')
  expect(sendSchema.safeParse({ to: 'urn:x:a', payload }).success).toBe(true)
})
