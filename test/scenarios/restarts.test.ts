/** Server and PN GW end and start again: sessions and messages outlive it. Design 7 ("after a restart"), 9 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  connectPne,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  settle,
  type TestPne,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { collect, numbered, sendDown, sendUp, textsOf } from './traffic.ts'

let world: CpnsWorld
let gateway: PnGw
let watch: TestPne
let car: TestPne

beforeEach(async () => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  gateway = world.createGateway()
  await gateway.start()
  const network = { ports: { connectGateway: async () => connectPne(gateway) } }
  watch = await world.createPne(WATCH_ID, 10, gateway, network)
  car = await world.createPne(CAR_ID, 11, gateway, network)
  await Promise.all([watch.pne.start(), car.pne.start()])
})

afterEach(async () => {
  await world.close()
})

const sessionIds = async () => {
  const sessions = await world.store.listSessions(world.clock.nowMs())
  return sessions.map(({ sessionId }) => sessionId).sort()
}

const handshakesAt = (entityId: string) =>
  world.traced.filter(
    (item) =>
      item.kind === 'message' &&
      item.message === 'ConnectRequest' &&
      item.from === entityId &&
      item.side === 'sent',
  ).length

describe('a server that is started again on the same store', () => {
  test('goes on with the same sessions: everybody attaches, nobody authenticates', async () => {
    const before = await sessionIds()
    world.restartServer()
    await world.elapse(5000)
    expect(await sessionIds()).toEqual(before)
    expect(world.server.attachedCount).toBe(3)
    expect([GATEWAY_ID, WATCH_ID].map(handshakesAt)).toEqual([1, 1])
  })

  test('delivers what waited before it', async () => {
    car.pne.stop()
    await settle()
    await sendDown(world, CAR_ID, 'down ', 3)
    world.restartServer()
    await world.elapse(1000)
    await car.pne.start()
    await settle()
    expect(textsOf(car.received)).toEqual(numbered('down ', 3))
  })

  test('a PNE that only listens hears what comes after it', async () => {
    world.restartServer()
    await world.elapse(5000)
    await sendDown(world, CAR_ID, 'down ')
    await settle()
    expect(textsOf(car.received)).toEqual(['down 1'])
  })

  test('what was sent while it was away arrives once and in order', async () => {
    world.server.stop()
    const uplink = sendUp(watch.pne, 'up ', 5)
    await world.elapse(3000)
    world.restartServer()
    const collected = collect(world)
    await world.elapse(30_000)
    expect(await uplink).toEqual([200, 200, 200, 200, 200])
    expect(collected).toEqual(numbered('up ', 5))
  })

  test('knows duplicates of messages that it accepted before', async () => {
    const collected = collect(world)
    const message = {
      to: 'urn:cpns:service:collector',
      messageId: 'm-1',
      payload: new Uint8Array(1),
    }
    expect(await watch.pne.send(message)).toBe(200)
    await settle()
    world.restartServer()
    const again = collect(world)
    await world.elapse(5000)
    expect(await watch.pne.send(message)).toBe(202)
    await settle()
    expect([collected.length, again.length]).toEqual([1, 0])
  })
})

describe('a PN GW that is started again', () => {
  test('comes back with a new session, and its PNEs authenticate through it anew', async () => {
    const before = await sessionIds()
    gateway.stop()
    const uplink = sendUp(watch.pne, 'up ', 3)
    const collected = collect(world)
    await sendDown(world, CAR_ID, 'down ', 3)
    await world.elapse(5000)
    gateway = world.createGateway()
    await gateway.start()
    await world.elapse(30_000)
    expect(await uplink).toEqual([200, 200, 200])
    expect(collected).toEqual(numbered('up ', 3))
    expect(textsOf(car.received)).toEqual(numbered('down ', 3))
    const after = await sessionIds()
    expect(after).toHaveLength(3)
    expect(after.filter((sessionId) => before.includes(sessionId))).toEqual([])
  })

  test('a PN GW that was stopped can be started itself', async () => {
    gateway.stop()
    await settle()
    await gateway.start()
    await world.elapse(30_000)
    expect(await sendUp(watch.pne, 'up ', 0)).toEqual([])
    expect(world.server.attachedCount).toBe(3)
  })
})

test('a PNE that comes back on another local socket authenticates anew; the old socket may nothing', async () => {
  const first = watch.pne.session?.sessionId
  watch.pne.stop()
  await settle()
  await watch.pne.start()
  expect(watch.pne.session?.sessionId).not.toBe(first)
  const own = (await world.store.listSessions(world.clock.nowMs())).filter(
    ({ entityId }) => entityId === WATCH_ID,
  )
  expect(own.map(({ sessionId }) => sessionId)).toEqual([watch.pne.session?.sessionId])
})
