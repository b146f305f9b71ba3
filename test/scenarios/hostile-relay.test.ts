/**
 * A PN GW (or whoever sits on CPNS-1) that replays, cuts, reorders, alters or makes up what it relays: all
 * it can do is to delay. Design 7: records go end to end, and each is exactly the one after the last.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { classifyFrame } from '../../src/cpns/frame.ts'
import type { Frame } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  gbaUAnswer,
  settle,
  WATCH_ID,
} from '../support/cpns-world.ts'
import type { SocketPairOptions, Tamper } from '../support/memory-socket.ts'
import { collect, isTaken, numbered, sendDown, sendUp, textsOf } from './traffic.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
})

afterEach(async () => {
  await world.close()
})

const isRecord = ({ kind, octets }: Frame): boolean =>
  kind === 'binary' && classifyFrame(octets).kind === 'record'

/** Does something with the first few records only, then the relay is honest. */
const onRecords = (times: number, change: Tamper): Tamper => {
  let left = times
  return (frame) => {
    if (!isRecord(frame) || left === 0) return [frame]
    left -= 1
    return change(frame)
  }
}

const replay: Tamper = (frame) => [frame, frame]
const cut: Tamper = (frame) => [{ ...frame, octets: frame.octets.subarray(0, -1) }]
const alter: Tamper = (frame) => {
  const octets = new Uint8Array(frame.octets)
  octets[octets.length - 20]! ^= 1
  return [{ ...frame, octets }]
}
const renumber: Tamper = (frame) => {
  const octets = new Uint8Array(frame.octets)
  octets[25]! += 1
  return [{ ...frame, octets }]
}
const reorder = (): Tamper => {
  let kept: Frame | undefined
  return (frame) => {
    if (kept === undefined) {
      kept = frame
      return []
    }
    const both = [frame, kept]
    kept = undefined
    return both
  }
}
const makeUp: Tamper = (frame) => {
  const octets = new Uint8Array(frame.octets)
  octets.fill(0x55, 26)
  return [{ ...frame, octets }, frame]
}

const ATTACKS: Readonly<Record<string, () => Tamper>> = {
  replay: () => replay,
  'cut by one octet': () => cut,
  'alter one bit': () => alter,
  renumber: () => renumber,
  reorder,
  'make up': () => makeUp,
}

for (const [name, attack] of Object.entries(ATTACKS)) {
  test.each(['up', 'down'] as const)(`${name}, %s: delayed at most`, async (way) => {
    const gateway = world.createGateway()
    await gateway.start()
    let network: SocketPairOptions = {}
    const change = {
      network: (): SocketPairOptions => ({
        up: (frame) => network.up?.(frame) ?? [frame],
        down: (frame) => network.down?.(frame) ?? [frame],
      }),
    }
    const watch = await world.createPne(WATCH_ID, 10, gateway, change)
    const car = await world.createPne(CAR_ID, 11, gateway, change)
    await Promise.all([watch.pne.start(), car.pne.start()])
    const collected = collect(world)
    network = { [way]: onRecords(6, attack()) }
    const uplink = sendUp(watch.pne, 'up ', 5)
    await sendDown(world, CAR_ID, 'down ', 5)
    await world.elapse(90_000)
    expect((await uplink).every(isTaken)).toBe(true)
    expect(collected).toEqual(numbered('up ', 5))
    expect(textsOf(car.received)).toEqual(numbered('down ', 5))
  })
}

test('a relay that sends the octets of one PNE as those of another gets nothing through', async () => {
  const gateway = world.createGateway()
  await gateway.start()
  let watchSends: Tamper = (frame) => [frame]
  const watch = await world.createPne(WATCH_ID, 10, gateway, {
    network: () => ({ up: (frame) => watchSends(frame) }),
  })
  const car = await world.createPne(CAR_ID, 11, gateway)
  await Promise.all([watch.pne.start(), car.pne.start()])
  const collected = collect(world)
  const stolen: Frame[] = []
  watchSends = (frame) => {
    stolen.push(frame)
    return []
  }
  const sent = sendUp(watch.pne, 'up ', 1)
  await settle()
  expect(stolen.some(isRecord)).toBe(true)
  const attacker = await world.createPne(CAR_ID, 11, gateway, {
    network: () => ({ up: (frame) => (isRecord(frame) ? stolen : [frame]) }),
  })
  const started = attacker.pne.start()
  started.catch(() => {})
  await world.elapse(5000)
  expect(collected).toEqual([])
  attacker.pne.stop()
  watchSends = (frame) => [frame]
  await world.elapse(30_000)
  expect(await sent).toEqual([200])
  expect(collected).toEqual(['up 1'])
})
