import fastify from 'fastify'
import { expect, test } from 'vitest'
import { nafForFastify } from './fastify-naf.ts'

test('is for the instance that registers it, and no route beside', async () => {
  const refused = { outcome: 'refused', status: 403, headers: {}, reason: 'no' } as const
  const application = fastify()
  await application.register(async (inner) => {
    await inner.register(nafForFastify({ authenticate: async () => refused }))
    inner.get('/inside', async () => 'in')
  })
  application.get('/outside', async () => 'out')
  const [inside, outside] = [
    await application.inject('/inside'),
    await application.inject('/outside'),
  ]
  expect([inside.statusCode, inside.body]).toEqual([403, 'no\n'])
  expect([outside.statusCode, outside.body]).toEqual([200, 'out'])
})
