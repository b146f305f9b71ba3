import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { noLog } from '../ports/log.ts'
import { noTrace } from '../trace/trace.ts'
import type { EntityContext } from './serve-entity.ts'
import { serverAdminOption, startServerAdmin } from './server-admin.ts'

test('the flag alone means port 9090 of this machine', () => {
  expect(serverAdminOption().presetArg).toBe('127.0.0.1:9090')
})

test('it answers to the token of the folder, and only where it is wanted', async () => {
  const path = mkdtempSync(join(tmpdir(), 'cpns-admin-'))
  const random = createSystemRandom()
  const folder = await openDataFolder(path, { create: true }, random)
  const store = openServerStore(':memory:', folder.sealer)
  const releases: EntityContext['releases'] = []
  const ports = { clock: systemClock, random, log: noLog, trace: noTrace }
  const context: EntityContext = { folder, releases, ...ports }
  expect(await startServerAdmin(undefined, store, context)).toEqual([])
  const [line = ''] = await startServerAdmin({ host: '127.0.0.1', port: 0 }, store, context)
  const url = /^admin {3}(\S+)$/.exec(line)?.[1]
  const token = readFileSync(join(path, 'admin.token'), 'utf8').trim()
  const ask = async (bearer: string) =>
    (await fetch(`${url}/users`, { headers: { authorization: `Bearer ${bearer}` } })).status
  expect([await ask(token), await ask('x')]).toEqual([200, 401])
  for (const release of releases) await release()
  await store.close()
  rmSync(path, { recursive: true })
})
