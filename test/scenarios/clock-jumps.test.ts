/** The wall clock of the server is set, with PN GWs and PNEs at work. Design 9, "Time" */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  gbaUAnswer,
  settle,
  type TestPne,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { askToAttach, statusOf } from '../support/hand-client.ts'
import { COLLECTOR, collect, isTaken, numbered, sendDown, sendUp, textsOf } from './traffic.ts'

const HOUR_MS = 3600_000

let world: CpnsWorld
let gateway: PnGw
let watch: TestPne
let car: TestPne
let collected: string[]

beforeEach(async () => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  collected = collect(world)
  gateway = world.createGateway()
  await gateway.start()
  watch = await world.createPne(WATCH_ID, 10, gateway)
  car = await world.createPne(CAR_ID, 11, gateway)
  await Promise.all([watch.pne.start(), car.pne.start()])
})

afterEach(async () => {
  await world.close()
})

const trafficCrosses = async (jumpMs: number): Promise<void> => {
  const uplink = sendUp(watch.pne, 'up ', 5)
  await sendDown(world, CAR_ID, 'down ', 5)
  world.clock.jumpWall(jumpMs)
  const later = sendUp(watch.pne, 'later up ', 5)
  await sendDown(world, CAR_ID, 'later down ', 5)
  await world.elapse(60_000)
  expect([...(await uplink), ...(await later)].every(isTaken)).toBe(true)
  expect(collected).toEqual([...numbered('up ', 5), ...numbered('later up ', 5)])
  expect(textsOf(car.received)).toEqual([...numbered('down ', 5), ...numbered('later down ', 5)])
}

test.each([
  ['ten minutes ahead', HOUR_MS / 6],
  ['two minutes back', -120_000],
  ['a year back', -365 * 24 * HOUR_MS],
])('%s: all arrives once and in order', async (_, jumpMs) => {
  await trafficCrosses(jumpMs)
  expect(world.logged).toContain('clock-jumped')
})

describe('two hours ahead', () => {
  test('sessions that are over by it end, and are made anew', async () => {
    const former = gateway.session?.sessionId
    world.clock.jumpWall(2 * HOUR_MS)
    const later = sendUp(watch.pne, 'up ', 5)
    await world.elapse(60_000)
    expect((await later).every(isTaken)).toBe(true)
    expect(collected).toEqual(numbered('up ', 5))
    expect(gateway.session?.sessionId).not.toBe(former)
  })

  test('and back again: what had ended stays ended', async () => {
    const former = gateway.session?.sessionId as string
    await watch.pne.send({ to: COLLECTOR, payload: new Uint8Array(1) })
    car.pne.stop()
    await settle()
    const unheard = watch.pne.send({ to: CAR_ID, payload: new Uint8Array(1), expires: 60 })
    await world.elapse(1000)
    expect(await unheard).toBe(202)
    world.clock.jumpWall(2 * HOUR_MS)
    await world.elapse(61_000)
    world.clock.jumpWall(-2 * HOUR_MS)
    expect(statusOf(await askToAttach(world.connect(), former))).toBe(401)
    await car.pne.start()
    await world.elapse(10_000)
    expect(car.received).toEqual([])
  })
})
