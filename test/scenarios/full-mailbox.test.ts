/** A recipient that is slow or away slows its senders down, and nothing grows. Design 8, M-6 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { utf8 } from '../../src/octets/octets.ts'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  gbaUAnswer,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { collect, isTaken, numbered, sendDown, sendUp, textsOf } from './traffic.ts'

const ROOM = 10
const COUNT = 100

let world: CpnsWorld
let gateway: PnGw

beforeEach(async () => {
  world = createCpnsWorld({ mailbox: { messages: ROOM, octets: 100_000 } })
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  gateway = world.createGateway()
  await gateway.start()
})

afterEach(async () => {
  await world.close()
})

async function waitingCount(): Promise<number> {
  const query = { to: WATCH_ID, afterPosition: -1, limit: 1_000, nowMs: world.clock.nowMs() }
  return (await world.store.waitingMessages(query)).length
}

/** Messages of one PNE to the watch, and their statuses as they come. */
async function sendToWatch() {
  const { pne } = await world.createPne(CAR_ID, 11, gateway)
  await pne.start()
  const statuses: number[] = []
  for (const text of numbered('m', COUNT)) {
    const message = { to: WATCH_ID, payload: utf8(text), contentType: 'text/plain', expires: 7_200 }
    pne.send(message).then(
      (status) => statuses.push(status),
      () => statuses.push(-1),
    )
  }
  return { pne, statuses }
}

/** Copies of messages to the watch that the car has sent. */
const copies = (): number =>
  world.traced.filter((item) => {
    if (item.kind !== 'message' || item.side !== 'sent') return false
    return item.message === 'Message' && item.from === CAR_ID
  }).length

test('who is away fills a mailbox and no more; the sender is slowed, and others are not', async () => {
  const watch = await world.createPne(WATCH_ID, 10, gateway)
  const collected = collect(world)
  const { pne, statuses } = await sendToWatch()
  await world.elapse(60_000)
  expect([await waitingCount(), statuses]).toEqual([ROOM, Array(ROOM).fill(202)])
  // A message a turn of two seconds, not all that wait.
  expect(copies()).toBeGreaterThan(COUNT + 20)
  expect(copies()).toBeLessThan(COUNT + 40)
  expect(await sendUp(pne, 'up ', 5)).toEqual(Array(5).fill(200))
  expect(collected).toEqual(numbered('up ', 5))

  await watch.pne.start()
  await world.elapse(120_000)
  expect(statuses.filter(isTaken)).toHaveLength(COUNT)
  expect(textsOf(watch.received)).toEqual(numbered('m', COUNT))
  expect(await waitingCount()).toBe(0)
})

test('who is slow gets everything once and in order, through a restart and lost connections', async () => {
  const got: string[] = []
  const onMessage = async ({ payload }: { readonly payload: Uint8Array }) => {
    await new Promise<void>((resolve) => void world.clock.setTimer(500, resolve))
    got.push(Buffer.from(payload).toString())
  }
  const watch = await world.createPne(WATCH_ID, 10, gateway, { ports: { onMessage } })
  await watch.pne.start()
  const { statuses } = await sendToWatch()
  const fullest: number[] = []
  for (let second = 0; second < 240; second++) {
    await world.elapse(1_000)
    fullest.push(await waitingCount())
    if (second === 10) world.cutConnections()
    if (second === 25) world.restartServer()
  }
  expect(Math.max(...fullest)).toBe(ROOM)
  expect(statuses).toEqual(Array(COUNT).fill(202))
  expect(got).toEqual(numbered('m', COUNT))
})

test('an application is told 503, and can go on when there is room again', async () => {
  const watch = await world.createPne(WATCH_ID, 10, gateway)
  await sendDown(world, WATCH_ID, 'down ', ROOM)
  await expect(sendDown(world, WATCH_ID, 'more ')).rejects.toThrow('the server answered 503')
  await watch.pne.start()
  await world.elapse(1_000)
  await sendDown(world, WATCH_ID, 'more ')
  await world.elapse(1_000)
  expect(textsOf(watch.received)).toEqual([...numbered('down ', ROOM), 'more 1'])
})
