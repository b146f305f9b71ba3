import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { nafForExpress } from './express-naf.ts'

test('next is not called for a request that goes no further', async () => {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  let isCalled = false
  const refused = { outcome: 'refused', status: 403, headers: {}, reason: 'no' } as const
  const middleware = nafForExpress({ authenticate: async () => refused })
  await middleware(request, response, () => {
    isCalled = true
  })
  expect([isCalled, response.statusCode]).toEqual([false, 403])
})
