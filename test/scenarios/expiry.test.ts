/** The PN GW's session expires: it authenticates again before it forwards, and nothing is lost. CR 7.5.2, Design 8 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TransportFailed } from '../../src/errors/errors.ts'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  settle,
  type TestPne,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { collect, isTaken, numbered, sendDown, sendUp, textsOf } from './traffic.ts'

const LIFETIME_S = 60
/** A second ahead: two clocks never agree. */
const RENEWED_AT_MS = LIFETIME_S * 1000 - 1000

let world: CpnsWorld
let gateway: PnGw
let watch: TestPne
let car: TestPne
let collected: string[]
let isReachable: boolean

beforeEach(async () => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  world.lifetimes.pnGw = LIFETIME_S
  collected = collect(world)
  isReachable = true
  gateway = world.createGateway({
    ports: {
      connectServer: async () => {
        if (!isReachable) throw new TransportFailed('no way to the server')
        return world.connect()
      },
    },
  })
  await gateway.start()
  watch = await world.createPne(WATCH_ID, 10, gateway)
  car = await world.createPne(CAR_ID, 11, gateway)
  await Promise.all([watch.pne.start(), car.pne.start()])
})

afterEach(async () => {
  await world.close()
})

const sentByGateway = () =>
  world.traced.flatMap((item) =>
    item.kind === 'message' && item.side === 'sent' && item.from === GATEWAY_ID
      ? [item.message]
      : [],
  )

describe('at the end of its session', () => {
  test('the PN GW makes a new one, of another id', async () => {
    const former = gateway.session?.sessionId
    await world.elapse(LIFETIME_S * 1000)
    expect(gateway.session?.sessionId).not.toBe(former)
    const sessions = await world.store.listSessions(world.clock.nowMs())
    expect(sessions.filter(({ entityId }) => entityId === GATEWAY_ID)).toHaveLength(1)
  })

  test('what a PNE sends meanwhile goes after the new handshake', async () => {
    await world.clock.advance(RENEWED_AT_MS - 1)
    await settle()
    const before = sentByGateway().length
    await world.clock.advance(1)
    const statuses = sendUp(watch.pne, 'up ', 3)
    await settle()
    expect((await statuses).every(isTaken)).toBe(true)
    const after = sentByGateway().slice(before)
    expect(after.slice(0, 2)).toEqual(['ConnectRequest', 'AuthenticateResponse'])
    expect(after.filter((name) => name === 'relay: record').length).toBeGreaterThanOrEqual(3)
    expect(collected).toEqual(numbered('up ', 3))
  })

  test('the PNEs keep their sessions', async () => {
    const before = watch.pne.session?.sessionId
    await world.elapse(3 * LIFETIME_S * 1000)
    expect(watch.pne.session?.sessionId).toBe(before)
    await sendDown(world, CAR_ID, 'down ')
    await settle()
    expect(textsOf(car.received)).toEqual(['down 1'])
  })
})

describe('while there is no session and no way to make one', () => {
  test('both directions wait, and all of it arrives once and in order', async () => {
    world.cutConnections()
    isReachable = false
    await world.elapse(LIFETIME_S * 1000)
    const uplink = sendUp(watch.pne, 'up ', 30)
    await sendDown(world, CAR_ID, 'down ', 30)
    await world.elapse(20_000)
    expect(collected).toEqual([])
    expect(car.received).toEqual([])
    isReachable = true
    await world.elapse(40_000)
    expect((await uplink).every(isTaken)).toBe(true)
    expect(collected).toEqual(numbered('up ', 30))
    expect(textsOf(car.received)).toEqual(numbered('down ', 30))
  })
})

test('messages that never stop cross ten renewals once and in order, both ways', async () => {
  const statuses: Promise<number[]>[] = []
  for (let second = 1; second <= 10 * LIFETIME_S; second++) {
    statuses.push(sendUp(watch.pne, `up ${second}.`, 1))
    await sendDown(world, CAR_ID, `down ${second}.`)
    await world.elapse(1000)
  }
  await settle()
  expect((await Promise.all(statuses)).flat().every(isTaken)).toBe(true)
  const names = Array.from({ length: 10 * LIFETIME_S }, (_, index) => `${index + 1}.1`)
  expect(collected).toEqual(names.map((name) => `up ${name}`))
  expect(textsOf(car.received)).toEqual(names.map((name) => `down ${name}`))
})
