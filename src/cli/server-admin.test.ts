import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { noLog } from '../ports/log.ts'
import { noTrace } from '../trace/trace.ts'
import type { EntityContext } from './serve-entity.ts'
import { prepareServerAdmin, serverAdminOption } from './server-admin.ts'

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
  const context: EntityContext = {
    folder,
    releases,
    watch: () => {},
    measureMailbox: (store) => store,
    ...ports,
  }
  const entityId = parseEntityId('urn:x:server')
  const unwanted = prepareServerAdmin({ at: undefined, entityId }, context)
  const server = {
    endSession: async () => false,
    closeEnded: async () => {},
    isReserved: () => false,
  }
  expect(await unwanted.start({ store, server })).toEqual([])
  expect(unwanted.context.trace, 'nothing is traced for nobody').toBe(noTrace)
  const admin = prepareServerAdmin({ at: { host: '127.0.0.1', port: 0 }, entityId }, context)
  const [said] = await admin.start({ store, server })
  const [line = '', consoleLine = '', passwordLine] = said?.lines ?? []
  const page = /^console (\S+)$/.exec(consoleLine)?.[1] ?? ''
  expect(said?.fields).toMatchObject({ console: page })
  const tokenFile = join(path, 'admin.token')
  expect(passwordLine).toBe(`        its password, made just now, is in ${tokenFile}`)
  const url = /^admin {3}(\S+)$/.exec(line)?.[1]
  const token = readFileSync(tokenFile, 'utf8').trim()
  const ask = async (bearer: string) =>
    (await fetch(`${url}/users`, { headers: { authorization: `Bearer ${bearer}` } })).status
  expect([await ask(token), await ask('x')]).toEqual([200, 401])
  expect((await fetch(page)).status).toBe(200)
  const again = { at: { host: '127.0.0.1', port: 0 }, entityId }
  const [later] = await prepareServerAdmin(again, context).start({ store, server })
  expect(later?.lines[2], 'not the first start').toBe(`        its password is in ${tokenFile}`)
  admin.context.trace({ kind: 'note', atMs: 1, entity: entityId, text: 'seen by the console' })
  const logIn = await fetch(new URL('api/login', page), {
    method: 'POST',
    headers: { 'x-cpns-console': '1', 'content-type': 'application/json' },
    body: JSON.stringify({ password: token }),
  })
  const cookie = logIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const stream = await fetch(new URL('api/stream', page), { headers: { cookie } })
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes('seen by the console')) text += (await reader?.read())?.value ?? ''
  expect(text, 'on the ladder it has one name').toContain('"entity":"CPNS Server"')
  await reader?.cancel()
  for (const release of releases) await release()
  await store.close()
  rmSync(path, { recursive: true })
})
