/**
 * Connections that lose frames and end in mid-flight: what was sent is repeated, and delivered once and in
 * order. Design 7 (any gap closes the attachment), Design 8.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import type { Frame } from '../../src/ports/frame-socket.ts'
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
import type { SocketPairOptions, Tamper } from '../support/memory-socket.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { collect, isTaken, numbered, sendDown, sendUp, textsOf } from './traffic.ts'

let world: CpnsWorld
let gateway: PnGw
let watch: TestPne
let car: TestPne
let collected: string[]
/** What happens to frames on CPNS-2 and CPNS-1. */
let onCpns2: SocketPairOptions
let onCpns1: SocketPairOptions

/** A network that changes with `ways` at any time. */
const through = (ways: () => SocketPairOptions) => (): SocketPairOptions => ({
  up: (frame) => ways().up?.(frame) ?? [frame],
  down: (frame) => ways().down?.(frame) ?? [frame],
})

beforeEach(async () => {
  onCpns2 = {}
  onCpns1 = {}
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  collected = collect(world)
  gateway = world.createGateway({ network: through(() => onCpns2) })
  await gateway.start()
  const change = { network: through(() => onCpns1) }
  watch = await world.createPne(WATCH_ID, 10, gateway, change)
  car = await world.createPne(CAR_ID, 11, gateway, change)
  await Promise.all([watch.pne.start(), car.pne.start()])
})

afterEach(async () => {
  await world.close()
})

const everythingArrives = async (uplink: Promise<number[]>, count: number): Promise<void> => {
  await world.elapse(30_000)
  expect((await uplink).filter((status) => !isTaken(status))).toEqual([])
  expect(collected).toEqual(numbered('up ', count))
  expect(textsOf(car.received)).toEqual(numbered('down ', count))
}

const lose: Tamper = () => []

describe('a connection of the PN GW that ends in mid-flight', () => {
  test('after the frames of PNEs were lost on it', async () => {
    onCpns2 = { up: lose }
    const uplink = sendUp(watch.pne, 'up ', 5)
    await sendDown(world, CAR_ID, 'down ', 5)
    await settle()
    expect(collected).toEqual([])
    onCpns2 = {}
    world.cutConnections()
    await everythingArrives(uplink, 5)
  })

  test('after the frames of the server were lost on it', async () => {
    onCpns2 = { down: lose }
    const uplink = sendUp(watch.pne, 'up ', 5)
    await sendDown(world, CAR_ID, 'down ', 5)
    await settle()
    expect(car.received).toEqual([])
    onCpns2 = {}
    world.cutConnections()
    await everythingArrives(uplink, 5)
  })

  test('at once, without a loss before', async () => {
    const uplink = sendUp(watch.pne, 'up ', 5)
    const downlink = sendDown(world, CAR_ID, 'down ', 5)
    world.cutConnections()
    await downlink
    await everythingArrives(uplink, 5)
  })
})

describe('one frame that is lost on a connection that goes on', () => {
  const loseOne = (): Tamper => {
    let isLost = false
    return (frame) => {
      if (isLost) return [frame]
      isLost = true
      return []
    }
  }

  test.each(['up', 'down'] as const)('on CPNS-2, %s', async (way) => {
    onCpns2 = { [way]: loseOne() }
    const uplink = sendUp(watch.pne, 'up ', 5)
    await sendDown(world, CAR_ID, 'down ', 5)
    await everythingArrives(uplink, 5)
  })

  test.each(['up', 'down'] as const)('on CPNS-1, %s', async (way) => {
    onCpns1 = { [way]: loseOne() }
    const uplink = sendUp(watch.pne, 'up ', 5)
    await sendDown(world, CAR_ID, 'down ', 5)
    await everythingArrives(uplink, 5)
  })
})

test.each(numbered('seed ', 25))('frames lost at random everywhere, %s', async (seed) => {
  const random = createSeededRandom(seed)
  let lost = 0
  const lossy: Tamper = (frame: Frame) => {
    if ((random.octets(1)[0] as number) >= 20) return [frame]
    lost += 1
    return []
  }
  const bad = { up: lossy, down: lossy }
  onCpns2 = bad
  onCpns1 = bad
  const uplink: Promise<number[]>[] = []
  for (let n = 1; n <= 40; n++) {
    uplink.push(sendUp(watch.pne, `up ${n}.`, 1))
    await sendDown(world, CAR_ID, `down ${n}.`)
    if (n % 10 === 0) world.cutConnections()
    await world.elapse(3000)
  }
  onCpns2 = {}
  onCpns1 = {}
  await world.elapse(240_000)
  expect(lost).toBeGreaterThan(5)
  const names = numbered('', 40).map((n) => `${n}.1`)
  expect((await Promise.all(uplink)).flat().filter((status) => !isTaken(status))).toEqual([])
  expect(collected).toEqual(names.map((name) => `up ${name}`))
  expect(textsOf(car.received)).toEqual(names.map((name) => `down ${name}`))
})
