/** One slow PNE holds nobody up but itself, and costs bounded memory. Design 8, 12 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  connectPne,
  createCpnsWorld,
  gbaUAnswer,
  settle,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { collect, numbered, sendDown, sendUp, textsOf } from './traffic.ts'

let world: CpnsWorld
let gateway: PnGw

beforeEach(async () => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  gateway = world.createGateway()
  await gateway.start()
})

afterEach(async () => {
  await world.close()
})

/** A socket whose reader can be made to read nothing any more. */
function createLazySocket(): { readonly socket: FrameSocket; isAwake: boolean } {
  const socket = connectPne(gateway, { capacity: 1 })
  const lazy = {
    isAwake: true,
    socket: {
      ...socket,
      receive: () => (lazy.isAwake ? socket.receive() : new Promise<undefined>(() => {})),
    },
  }
  return lazy
}

test('a PNE that reads nothing does not stop what others send and get', async () => {
  const lazy = createLazySocket()
  const ports = { connectGateway: async () => lazy.socket }
  const watch = await world.createPne(WATCH_ID, 10, gateway, { ports })
  const car = await world.createPne(CAR_ID, 11, gateway)
  await Promise.all([watch.pne.start(), car.pne.start()])
  lazy.isAwake = false
  const collected = collect(world)
  await sendDown(world, WATCH_ID, 'to watch ', 50)
  await sendDown(world, CAR_ID, 'to car ', 50)
  expect(await sendUp(car.pne, 'up ', 50)).toEqual(numbered('', 50).map(() => 200))
  await settle(200)
  expect(textsOf(car.received)).toEqual(numbered('to car ', 50))
  expect(collected).toEqual(numbered('up ', 50))
  expect(watch.received.length).toBeLessThan(3)
})

test('what it did not read waits at the server, and comes when it is back', async () => {
  const lazy = createLazySocket()
  let connect = async (): Promise<FrameSocket> => lazy.socket
  const watch = await world.createPne(WATCH_ID, 10, gateway, {
    ports: { connectGateway: () => connect() },
  })
  await watch.pne.start()
  lazy.isAwake = false
  await sendDown(world, WATCH_ID, 'to watch ', 50)
  await settle()
  connect = async () => connectPne(gateway)
  lazy.socket.close()
  watch.pne.stop()
  await settle()
  await watch.pne.start()
  await settle(200)
  expect(textsOf(watch.received)).toEqual(numbered('to watch ', 50))
})

test('a slow service holds only its own messages up', async () => {
  const watch = await world.createPne(WATCH_ID, 10, gateway)
  await watch.pne.start()
  world.server.registerService('slow', () => new Promise<void>(() => {}))
  const collected = collect(world)
  const message = { to: 'urn:cpns:service:slow', payload: new Uint8Array(1) }
  const slow = numbered('', 20).map(() => watch.pne.send(message))
  await sendUp(watch.pne, 'up ', 5)
  await settle()
  expect(collected).toEqual(numbered('up ', 5))
  await world.elapse(1_000)
  expect(await Promise.all(slow)).toEqual(numbered('', 20).map(() => 202))
})
