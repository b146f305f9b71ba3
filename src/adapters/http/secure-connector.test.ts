import { type AddressInfo, createServer } from 'node:net'
import { Pool } from 'undici'
import { expect, test } from 'vitest'
import { TransportFailed } from '../../errors/errors.ts'
import { secureConnector, serverConnector } from './secure-connector.ts'

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

test('without TLS too a 100 that nobody asked for is read past', async () => {
  const server = createServer((socket) => {
    socket.once('data', () =>
      socket.end('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'),
    )
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  const { port } = server.address() as AddressInfo
  const address = { host: '127.0.0.1', port, secure: false }
  const connect = serverConnector(address, { trust: { kind: 'system' }, timeoutMs: 1_000 })
  const pool = new Pool(`http://127.0.0.1:${port}`, { connect })
  expect((await pool.request({ method: 'GET', path: '/' })).statusCode).toBe(204)
  await pool.destroy()
  server.close()
})
