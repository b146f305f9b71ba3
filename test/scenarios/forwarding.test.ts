/** Server, PN GW and PNEs together: a session, and messages through it. CR 7.5.2, Design 7, 8 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromUtf8, utf8 } from '../../src/octets/octets.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  WATCH_ID,
} from '../support/cpns-world.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
})

afterEach(async () => {
  await world.close()
})

describe('a PN GW with a GBA_U key', () => {
  test('comes to a session that both sides name alike', async () => {
    const gateway = world.createGateway()
    await gateway.start()
    const sessions = await world.store.listSessions(world.clock.nowMs())
    expect(sessions.map(({ entityId }) => entityId)).toEqual([GATEWAY_ID])
    expect(gateway.session?.sessionId).toBe(sessions[0]?.sessionId)
    expect(world.server.attachedCount).toBe(1)
  })
})

describe('PNEs behind it', () => {
  test('send to an application, which answers, and to each other', async () => {
    const gateway = world.createGateway()
    await gateway.start()
    world.server.registerService('echo', async ({ from, messageId, payload }) => {
      await world.server.submit({
        messageId: `re-${messageId}`,
        from: 'urn:cpns:service:echo',
        to: from,
        contentType: 'text/plain',
        payload,
        expires: 60,
      })
    })
    const watch = await world.createPne(WATCH_ID, 10, gateway)
    const car = await world.createPne(CAR_ID, 11, gateway)
    await Promise.all([watch.pne.start(), car.pne.start()])
    expect(
      await watch.pne.send({
        to: 'urn:cpns:service:echo',
        payload: utf8('hello'),
        messageId: 'm1',
      }),
    ).toBe(200)
    expect(await watch.pne.send({ to: CAR_ID, payload: utf8('unlock') })).toBe(200)
    await expect
      .poll(() => car.received.map(({ payload }) => fromUtf8(payload)))
      .toEqual(['unlock'])
    await expect.poll(() => watch.received.map(({ messageId }) => messageId)).toEqual(['re-m1'])
  })
})
