import { expect, test } from 'vitest'
import { TransportFailed } from '../../errors/errors.ts'
import { secureConnector } from './secure-connector.ts'

test('where nobody listens the client gets the error, and no socket', async () => {
  const connect = secureConnector(
    { host: '127.0.0.1', port: 1 },
    { trust: { kind: 'system' }, timeoutMs: 1_000 },
  )
  const result = await new Promise((resolve) => {
    connect(undefined, (error, socket) => resolve({ error, socket }))
  })
  expect(result).toMatchObject({ error: expect.any(TransportFailed), socket: null })
})
