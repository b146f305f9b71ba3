import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { protectListener } from './protect-listener.ts'

test('the listener is not called for a request that goes no further', async () => {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  const refused = { outcome: 'refused', status: 401, headers: {}, reason: 'who?' } as const
  let isCalled = false
  const listener = protectListener({ authenticate: async () => refused }, () => {
    isCalled = true
  })
  listener(request, response)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([isCalled, response.statusCode]).toEqual([false, 401])
})
