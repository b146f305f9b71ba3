import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { listenFailure, listenOn } from './listen-on.ts'

async function failureAt(host: string, port: number): Promise<string> {
  const server = createServer()
  const failed = once(server, 'error')
  const failure = await listenOn(server, { host, port }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ConfigurationInvalid)
  const [cause] = (await failed) as [Error]
  expect((failure as Error).cause).toBe(cause)
  return (failure as Error).message
}

test('a port of its own', async () => {
  const server = createServer()
  await listenOn(server, { host: '127.0.0.1', port: 0 })
  expect((server.address() as AddressInfo).port).toBeGreaterThan(0)
  server.close()
})

test('a port that is taken, and an address of another machine', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  expect(await failureAt('127.0.0.1', port)).toBe(
    `cannot listen on 127.0.0.1:${port} (the port is in use)`,
  )
  taken.close()
  expect(await failureAt('192.0.2.1', 80)).toBe(
    'cannot listen on 192.0.2.1:80 (this machine has no such address)',
  )
})

test('what nobody foresaw is named by its code', () => {
  const at = { host: 'a', port: 1 }
  const other = Object.assign(new Error('x'), { code: 'EMFILE' })
  expect(listenFailure(at, other).message).toBe('cannot listen on a:1 (EMFILE)')
  expect(listenFailure(at, new Error('x')).message).toBe('cannot listen on a:1 (unknown cause)')
})
