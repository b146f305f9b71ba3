import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { systemClock } from '../system/system-clock.ts'
import { pageFolder } from './console.fixture.ts'
import { createConsoleFeed } from './console-feed.ts'
import { type ServedConsole, serveConsole } from './serve-console.ts'

let folder: string
beforeAll(() => {
  folder = pageFolder()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const open: ServedConsole[] = []
afterEach(async () => {
  for (const served of open.splice(0)) await served.close()
})

async function serve(host: string, port = 0): Promise<ServedConsole> {
  const served = await serveConsole(
    { host, port, title: 't', version: '1', pageFolder: folder },
    {
      feed: createConsoleFeed({}, systemClock),
      state: async () => ({ atMs: 1, tables: [], health: [] }),
      clock: systemClock,
    },
  )
  open.push(served)
  return served
}

test.each(['127.0.0.1', '::1'])('on %s a browser finds it', async (host) => {
  const { url } = await serve(host)
  expect((await fetch(url)).status).toBe(200)
})

test('not on an address that others can reach', async () => {
  await expect(serve('0.0.0.0')).rejects.toThrow(ConfigurationInvalid)
})

test('a port that is in use', async () => {
  const { url } = await serve('127.0.0.1')
  await expect(serve('127.0.0.1', Number(new URL(url).port))).rejects.toThrow('the port is in use')
})

test('open streams do not keep it from closing', async () => {
  const served = await serve('127.0.0.1')
  const stream = await fetch(new URL('api/stream', served.url))
  const reader = stream.body?.getReader()
  await reader?.read()
  await served.close()
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read());
  await expect(fetch(served.url)).rejects.toThrow()
})
