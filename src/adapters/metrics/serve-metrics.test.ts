import { afterEach, expect, test } from 'vitest'
import { StoreFailed } from '../../errors/errors.ts'
import { noLog } from '../../ports/log.ts'
import { type EntityState, type ServedMetrics, serveMetrics } from './serve-metrics.ts'

const served: ServedMetrics[] = []
afterEach(async () => {
  for (const one of served.splice(0)) await one.close()
})

async function serve(state: () => EntityState): Promise<string> {
  const metrics = { read: () => Promise.resolve('a 1\n'), contentType: 'text/plain; version=0.0.4' }
  const one = await serveMetrics({ host: '127.0.0.1', port: 0 }, { metrics, state, log: noLog })
  served.push(one)
  return one.url
}

test('metrics are text', async () => {
  const answer = await fetch(`${await serve(() => 'ready')}/metrics`)
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  expect(await answer.text()).toBe('a 1\n')
})

test('ready only between start and end, healthy all the time', async () => {
  let state: EntityState = 'starting'
  const url = await serve(() => state)
  const statusOf = async (path: string): Promise<number> => (await fetch(url + path)).status
  const told: number[] = []
  for (state of ['starting', 'ready', 'draining'] as const) {
    told.push(await statusOf('/readyz'))
    expect(await statusOf('/healthz')).toBe(200)
  }
  expect(told).toEqual([503, 200, 503])
  const problem: unknown = await (await fetch(`${url}/readyz`)).json()
  expect(problem).toMatchObject({ status: 503, detail: 'draining' })
})

test('not ready while a store cannot be written, and ready again when it can', async () => {
  let isBroken = false
  const store = {
    check: () =>
      isBroken ? Promise.reject(new StoreFailed('the disk is full')) : Promise.resolve(),
  }
  const metrics = { read: () => Promise.resolve(''), contentType: 'text/plain' }
  const ports = { metrics, state: () => 'ready' as const, stores: () => [store], log: noLog }
  const one = await serveMetrics({ host: '127.0.0.1', port: 0 }, ports)
  served.push(one)
  const ask = async () => (await fetch(`${one.url}/readyz`)).json()
  expect(await ask()).toEqual({ status: 'ready' })
  isBroken = true
  expect(await ask()).toMatchObject({ status: 503, detail: 'store' })
  expect((await fetch(`${one.url}/healthz`)).status).toBe(200)
  isBroken = false
  expect(await ask()).toEqual({ status: 'ready' })
})

test('other paths, and other machines, get nothing', async () => {
  expect((await fetch(`${await serve(() => 'ready')}/`)).status).toBe(404)
  const metrics = { read: () => Promise.resolve(''), contentType: 'text/plain' }
  const ports = { metrics, state: () => 'ready' as const, log: noLog }
  await expect(serveMetrics({ host: '0.0.0.0', port: 0 }, ports)).rejects.toMatchObject({
    code: 'configuration-invalid',
  })
})
