import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GATEWAY_ID, IMPI, settle, WATCH_ID } from '../../../test/support/cpns-world.ts'
import { attachByHand, connected } from '../../../test/support/hand-client.ts'
import { type AdminWorld, inPath, startAdminWorld } from './server-admin.fixture.ts'

const OWNER = { kind: 'impi', id: IMPI }
const GATEWAY = `/admin/entities/${inPath(GATEWAY_ID)}`

let admin: AdminWorld
beforeEach(async () => {
  admin = await startAdminWorld()
})
afterEach(() => admin.close())

test('bound before its first use, listed, shown with all that it has, and forgotten', async () => {
  const body = { entityId: GATEWAY_ID, owner: OWNER }
  const added = await admin.ask('POST', '/admin/entities', { body })
  const entity = { ...body, bound: new Date(admin.world.clock.nowMs()).toISOString() }
  expect(added).toEqual({ status: 201, json: entity })
  const again = await admin.ask('POST', '/admin/entities', {
    body: { ...body, owner: { kind: 'user', id: 'bob' } },
  })
  expect(again.status).toBe(409)
  expect(await admin.ask('GET', GATEWAY)).toEqual({
    status: 200,
    json: { ...entity, euKeys: [], sessions: [] },
  })
  const session = await connected(admin.world)
  const { json } = await admin.ask('GET', GATEWAY)
  expect(json).toMatchObject({
    euKeys: [{ source: 'gba-u', keyType: 'ks-ext-naf', state: 'current', owner: OWNER }],
    sessions: [{ sessionId: session.sessionId, role: 'pn-gw' }],
  })
  expect(JSON.stringify(json)).not.toMatch(/01010101|key":/i)
  const list = await admin.ask('GET', '/admin/entities')
  expect(list.json).toEqual({ entities: [entity] })
  expect((await admin.ask('DELETE', GATEWAY)).status).toBe(204)
  for (const method of ['GET', 'DELETE']) {
    expect((await admin.ask(method, GATEWAY)).status).toBe(404)
  }
  expect((await admin.ask('PUT', `${GATEWAY}/owner`, { body: OWNER })).status).toBe(404)
})

test('page by page', async () => {
  for (const n of [3, 1, 2]) {
    const body = { entityId: `urn:x:${n}`, owner: OWNER }
    await admin.ask('POST', '/admin/entities', { body })
  }
  const { json } = await admin.ask('GET', '/admin/entities?limit=2')
  expect(json).toMatchObject({ entities: [{ entityId: 'urn:x:1' }, {}], next: 'urn:x:2' })
  const rest = await admin.ask('GET', '/admin/entities?after=urn%3Ax%3A2')
  expect(rest.json).toMatchObject({ entities: [{ entityId: 'urn:x:3' }] })
  expect(rest.json).not.toHaveProperty('next')
})

describe('who is attached is out at once', () => {
  beforeEach(async () => {
    await attachByHand(admin.world.connect(), await connected(admin.world))
    expect(admin.world.server.attachedCount).toBe(1)
  })

  test('when the entity is given to another owner', async () => {
    const body = { kind: 'user', id: 'bob' }
    const rebound = await admin.ask('PUT', `${GATEWAY}/owner`, { body })
    expect(rebound).toMatchObject({ status: 200, json: { entityId: GATEWAY_ID, owner: body } })
    await settle()
    expect(admin.world.server.attachedCount).toBe(0)
    expect(await admin.world.store.listEuKeys()).toEqual([])
  })

  test('when it is forgotten', async () => {
    expect((await admin.ask('DELETE', GATEWAY)).status).toBe(204)
    await settle()
    expect(admin.world.server.attachedCount).toBe(0)
  })

  test('and not when another one is', async () => {
    const body = { entityId: WATCH_ID, owner: OWNER }
    await admin.ask('POST', '/admin/entities', { body })
    await admin.ask('DELETE', `/admin/entities/${inPath(WATCH_ID)}`)
    await settle()
    expect(admin.world.server.attachedCount).toBe(1)
  })
})

test.each([
  [{ entityId: 'phone', owner: OWNER }, ['entityId: not a URI']],
  [{ entityId: 'phone', owner: { kind: 'impi', id: 'x' } }, ['entityId: ', 'owner.id: ']],
  [{ entityId: 'urn:x:a', owner: { kind: 'user', id: '' } }, ['owner.id: not 1 to 128']],
  [{ entityId: 'urn:x:a', owner: { kind: 'admin', id: 'a' } }, ['owner.kind: ']],
  [{ entityId: 'urn:x:a', owner: `impi ${IMPI}` }, ['owner: ']],
  [{ entityId: `urn:${'x'.repeat(255)}`, owner: OWNER }, ['entityId: over 255 octets']],
  [{ owner: OWNER, entityid: 'urn:x:a' }, ['entityId: ', 'body: ']],
])('%j is 400, each bad field named', async (body, named) => {
  const { status, json } = await admin.ask('POST', '/admin/entities', { body })
  expect(status).toBe(400)
  for (const text of named) expect((json as { detail: string }).detail).toContain(text)
})
