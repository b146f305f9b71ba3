import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  btidOf,
  GATEWAY_ID,
  gbaCredentials,
  gbaUAnswer,
  OTHER_GATEWAY_ID,
  settle,
} from '../../../test/support/cpns-world.ts'
import {
  askToAttach,
  attachByHand,
  connected,
  nextFrame,
  statusOf,
} from '../../../test/support/hand-client.ts'
import { type AdminWorld, inPath, startAdminWorld } from './server-admin.fixture.ts'

let admin: AdminWorld
beforeEach(async () => {
  admin = await startAdminWorld()
})
afterEach(() => admin.close())

const other = async () => {
  admin.world.zn.know(btidOf(2), gbaUAnswer(2, admin.world.clock))
  return connected(admin.world, { entityId: OTHER_GATEWAY_ID, ...gbaCredentials(2) })
}

test('listed, shown without the key, and ended once', async () => {
  const { sessionId, sessionKey } = await connected(admin.world)
  const at = new Date(admin.world.clock.nowMs()).toISOString()
  const shown = await admin.ask('GET', `/admin/sessions/${sessionId}`)
  expect(shown).toMatchObject({
    status: 200,
    json: { sessionId, entityId: GATEWAY_ID, role: 'pn-gw', euKeyId: btidOf(1), since: at },
  })
  expect((await admin.ask('GET', '/admin/sessions')).json).toEqual({ sessions: [shown.json] })
  const hex = Buffer.from(sessionKey.reveal()).toString('hex')
  expect(JSON.stringify(shown)).not.toContain(hex)
  expect((await admin.ask('DELETE', `/admin/sessions/${sessionId}`)).status).toBe(204)
  for (const method of ['GET', 'DELETE']) {
    expect((await admin.ask(method, `/admin/sessions/${sessionId}`)).status).toBe(404)
  }
  expect((await admin.ask('DELETE', `/admin/sessions/${inPath('../x')}`)).status).toBe(404)
})

test('the oldest first, page by page, of all or of one entity', async () => {
  const first = await connected(admin.world)
  await admin.world.clock.advance(10)
  const second = await other()
  const page = await admin.ask('GET', '/admin/sessions?limit=1')
  const { next = '' } = page.json as { next?: string }
  expect(page.json).toMatchObject({ sessions: [{ sessionId: first.sessionId }] })
  const rest = await admin.ask('GET', `/admin/sessions?limit=5&after=${next}`)
  expect(rest.json).toMatchObject({ sessions: [{ sessionId: second.sessionId }] })
  expect(rest.json).not.toHaveProperty('next')
  const own = await admin.ask('GET', `/admin/sessions?entityId=${inPath(OTHER_GATEWAY_ID)}`)
  expect(own.json).toMatchObject({ sessions: [{ entityId: OTHER_GATEWAY_ID }] })
})

test('the end of one closes its attachment at once, and no other', async () => {
  const { world } = admin
  const socket = world.connect()
  const session = await connected(world)
  const channel = await attachByHand(socket, session)
  await attachByHand(world.connect(), await other())
  expect(world.server.attachedCount).toBe(2)
  expect((await admin.ask('DELETE', `/admin/sessions/${session.sessionId}`)).status).toBe(204)
  await settle()
  expect(world.server.attachedCount).toBe(1)
  expect(channel.open(await nextFrame(socket, 'binary'))).toMatchObject({ type: 'close' })
  expect(statusOf(await askToAttach(world.connect(), session.sessionId))).toBe(401)
})
