import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { connectTls } from './connect-tls.ts'
import { logKeys } from './log-keys.ts'
import { testCertificate } from './tls.fixture.ts'

test('both ends of a connection log the same secrets, in the NSS key log format', async () => {
  const { certificatePem: cert, privateKeyPem: key, pin } = testCertificate()
  const logs = { server: [] as string[], client: [] as string[] }
  const server = createServer({ cert, key }, (socket) => socket.end('x'))
  logKeys(server, { line: (text) => logs.server.push(text) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = await connectTls({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    trust: { kind: 'pin', sha256: pin },
    keyLog: { line: (text) => logs.client.push(text) },
  })
  socket.resume()
  await once(socket, 'close')
  server.close()
  const traffic = logs.client.filter((line) => line.includes('TRAFFIC_SECRET_0'))
  expect(traffic).toHaveLength(2)
  for (const line of traffic) expect(line).toMatch(/^\w+ [0-9a-f]{64} [0-9a-f]{64,96}$/)
  expect(logs.server).toEqual(expect.arrayContaining(traffic))
})

test('without a log nobody listens', () => {
  const server = createServer()
  logKeys(server, undefined)
  expect(server.listenerCount('keylog')).toBe(0)
})
