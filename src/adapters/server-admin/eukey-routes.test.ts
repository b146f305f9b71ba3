import { afterEach, beforeEach, expect, test } from 'vitest'
import { GATEWAY_ID, SERVER_ID, settle, WATCH_ID } from '../../../test/support/cpns-world.ts'
import { attachByHand, connected, nextFrame } from '../../../test/support/hand-client.ts'
import { toHex } from '../../octets/octets.ts'
import { type AdminWorld, inPath, startAdminWorld } from './server-admin.fixture.ts'

const KEY = '5a'.repeat(16) + 'c3'.repeat(16)
const eukeysOf = (entityId: string) => `/admin/entities/${inPath(entityId)}/eukeys`

let admin: AdminWorld
beforeEach(async () => {
  admin = await startAdminWorld()
})
afterEach(() => admin.close())

test('given, shown without the key, replaced, taken away', async () => {
  const { store, clock } = admin.world
  const body = { userId: 'alice', key: KEY }
  const added = await admin.ask('POST', eukeysOf(WATCH_ID), { body })
  expect(added).toMatchObject({
    status: 201,
    json: { owner: { kind: 'user', id: 'alice' }, source: 'assigned', state: 'current' },
  })
  const current = await store.findCurrentEuKey(WATCH_ID, clock.nowMs())
  expect(current && toHex(current.key.reveal())).toBe(KEY)
  expect(current?.expiresAtMs).toBe(clock.nowMs() + 30 * 86_400_000)
  await clock.advance(1000)
  const second = { ...body, key: KEY.toUpperCase(), lifetime: 60 }
  expect((await admin.ask('POST', eukeysOf(WATCH_ID), { body: second })).status).toBe(201)
  const shown = await admin.ask('GET', eukeysOf(WATCH_ID))
  expect(shown.json).toMatchObject({ euKeys: [{ state: 'replaced' }, { state: 'current' }] })
  expect(JSON.stringify([added, shown]).toLowerCase()).not.toContain(KEY.slice(0, 8))
  const other = { ...body, userId: 'bob' }
  expect((await admin.ask('POST', eukeysOf(WATCH_ID), { body: other })).status).toBe(409)
  expect((await admin.ask('DELETE', eukeysOf(WATCH_ID))).status).toBe(204)
  for (const method of ['GET', 'DELETE']) {
    expect((await admin.ask(method, eukeysOf(WATCH_ID))).status).toBe(404)
  }
})

test.each([SERVER_ID, 'urn:cpns:service:echo'])('%s gets none, and no owner', async (name) => {
  const body = { userId: 'alice', key: KEY }
  const refused = await admin.ask('POST', eukeysOf(name), { body })
  const detail = 'entityId: it speaks for the server or an application: no entity can have it'
  expect(refused).toMatchObject({ status: 400, json: { detail } })
  const owner = { kind: 'user', id: 'alice' }
  const unbound = await admin.ask('POST', '/admin/entities', { body: { entityId: name, owner } })
  expect(unbound).toMatchObject({ status: 400, json: { detail } })
  expect(await admin.world.store.listEntities()).toEqual([])
})

test('listed page by page, of all or of one', async () => {
  for (const [index, entityId] of ['urn:x:b', 'urn:x:a', 'urn:x:b'].entries()) {
    await admin.world.clock.advance(1000)
    const body = { userId: 'alice', key: toHex(new Uint8Array(32).fill(index)) }
    await admin.ask('POST', eukeysOf(entityId), { body })
  }
  const seen: string[] = []
  let after = ''
  for (let turn = 0; turn < 4; turn++) {
    const { json } = await admin.ask('GET', `/admin/eukeys?limit=1${after}`)
    const { euKeys, next } = json as {
      euKeys: { entityId: string; state: string }[]
      next?: string
    }
    for (const { entityId, state } of euKeys) seen.push(`${entityId} ${state}`)
    if (next === undefined) break
    after = `&after=${next}`
  }
  expect(seen).toEqual(['urn:x:a current', 'urn:x:b replaced', 'urn:x:b current'])
  const { json } = await admin.ask('GET', '/admin/eukeys?entityId=urn:x:a')
  expect(json).toMatchObject({ euKeys: [{ entityId: 'urn:x:a' }] })
  const refused = await admin.ask('GET', '/admin/eukeys?entityId=a')
  expect(refused).toMatchObject({ status: 400, json: { detail: 'entityId: not a URI' } })
})

test('its sessions end at once: the peer is told before the answer is there', async () => {
  const { world } = admin
  const socket = world.connect()
  const channel = await attachByHand(socket, await connected(world))
  expect((await admin.ask('DELETE', eukeysOf(GATEWAY_ID))).status).toBe(204)
  await settle()
  expect(world.server.attachedCount).toBe(0)
  expect(channel.open(await nextFrame(socket, 'binary'))).toMatchObject({ type: 'close' })
  expect(await world.store.listSessions(world.clock.nowMs())).toEqual([])
})

test.each([
  [{ userId: 'alice' }, 'key: '],
  [{ userId: 'alice', key: KEY.slice(2) }, 'key: not 64 hex digits'],
  [{ userId: 'alice', key: `${KEY.slice(1)}g` }, 'key: '],
  [{ userId: '', key: 'x' }, 'userId: not 1 to 128 characters; key: '],
  [{ userId: 'alice', key: KEY, lifetime: 0 }, 'lifetime: '],
  [{ userId: 'alice', key: KEY, lifetime: 2 ** 31 }, 'lifetime: '],
  [{ userId: 'alice', key: KEY, lifetime: '60' }, 'lifetime: '],
])('%# is 400 and named, and nothing of a key is repeated', async (body, named) => {
  const { status, json } = await admin.ask('POST', eukeysOf(WATCH_ID), { body })
  expect(status).toBe(400)
  const { detail } = json as { detail: string }
  expect(detail).toContain(named)
  expect(detail).not.toContain('5a5a')
  expect(await admin.world.store.listEuKeys()).toEqual([])
})
