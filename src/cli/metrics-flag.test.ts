import { Command } from 'commander'
import { expect, test } from 'vitest'
import { openBsfStore } from '../adapters/sqlite/bsf-store.ts'
import { testSealer } from '../adapters/sqlite/sqlite.fixture.ts'
import { noLog } from '../ports/log.ts'
import { noTrace } from '../trace/trace.ts'
import { measurable, openMetrics } from './metrics-flag.ts'

test('without the flag nobody counts', async () => {
  const opened = await openMetrics('bsf', {}, noLog)
  expect(opened.trace).toBe(noTrace)
  expect(opened.said).toEqual([])
  opened.enter('ready')
  await opened.close()
})

test('with it, what is traced can be read, and what the entity is about', async () => {
  const opened = await openMetrics('bsf', { metrics: { host: '127.0.0.1', port: 0 } }, noLog)
  const [url = ''] = /http:\S+/.exec(opened.said[0]?.lines[0] ?? '') ?? []
  opened.trace({
    kind: 'message',
    atMs: 0,
    point: 'Ub',
    side: 'received',
    from: 'UE',
    to: 'BSF',
    message: 'GET',
    fields: {},
  })
  expect(await (await fetch(url)).text()).toContain('point="Ub",message="GET"')
  const ready = async () => (await fetch(url.replace('/metrics', '/readyz'))).status
  expect(await ready()).toBe(503)
  opened.enter('ready')
  expect(await ready()).toBe(200)
  const store = openBsfStore(':memory:', testSealer())
  opened.watch(store)
  expect(await ready()).toBe(200)
  await store.close()
  expect(await ready()).toBe(503)
  opened.enter('draining')
  expect(await ready()).toBe(503)
  await opened.close()
  await expect(fetch(url)).rejects.toThrow()
})

test('the flag is an address', () => {
  const command = measurable(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  expect(command.parse(['--metrics', '127.0.0.1:9090'], { from: 'user' }).opts()).toEqual({
    metrics: { host: '127.0.0.1', port: 9090 },
  })
  expect(() => command.parse(['--metrics', 'x'], { from: 'user' })).toThrow('--metrics')
})
