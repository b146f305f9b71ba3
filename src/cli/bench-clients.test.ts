import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { serveUb } from '../adapters/ub/serve-ub.ts'
import { formatRefusal } from '../gba/ub-messages.ts'
import { createClient, recordBootstrap } from './bench-clients.ts'
import { BENCH_SUBSCRIBERS } from './bench-world.ts'

const REFUSING = {
  handleUb: async () => formatRefusal('cpns-bsf', { status: 403 }),
}

test('a bootstrap that is refused is no figure, and nothing to record', async () => {
  const server = await serveUb({ bsf: REFUSING, host: '127.0.0.1', port: 0 })
  const client = createClient({ kind: 'ub' }, server.port)
  await expect(client.once()).rejects.toThrow('a bootstrap ended: refused')
  await expect(recordBootstrap(server.port)).rejects.toThrow('a bootstrap ended: refused')
  await client.close()
  await server.close()
})

test('the bare echo is over when its answer is whole, whatever pieces it comes in', async () => {
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('data', () => {
      socket.write(new Uint8Array(3))
      setTimeout(() => socket.write(new Uint8Array(2)), 30)
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  const { port } = server.address() as { port: number }
  const client = createClient({ kind: 'tcp', octets: { request: 4, answer: 5 } }, port)
  const startMs = performance.now()
  await client.once()
  expect(performance.now() - startMs).toBeGreaterThan(20)
  await client.close()
  server.close()
})

test('there are as many subscribers as the titles say', () => {
  expect(BENCH_SUBSCRIBERS).toBe(1000)
})
