/** An EUKey comes to its end: the PN GW has a new one before, in one step. Real card, HSS, BSF and server. K-4 */
import { afterEach, expect, test } from 'vitest'
import { utf8 } from '../../src/octets/octets.ts'
import {
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  settle,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { createGbaSide } from '../support/gba-side.ts'
import { COLLECTOR, collect, isTaken, numbered } from './traffic.ts'

const KEY_SECONDS = 240
const RENEW_AHEAD_MS = 30_000

let world: CpnsWorld

afterEach(async () => {
  await world.close()
})

/** Runs over the end of an EUKey with a message each second. */
async function runOverTheEnd(aheadMs: number) {
  world = createCpnsWorld()
  const { credentials } = await createGbaSide(world, { keyLifetimeSeconds: KEY_SECONDS, aheadMs })
  const gateway = world.createGateway({
    ports: { credentials },
    options: { renewAheadMs: RENEW_AHEAD_MS },
  })
  const collected = collect(world)
  await gateway.start()
  const { pne } = await world.createPne(WATCH_ID, 10, gateway)
  await pne.start()
  const inTime: boolean[] = []
  const statuses: Promise<number>[] = []
  const count = KEY_SECONDS + 30
  for (const text of numbered('m', count)) {
    let isAnswered = false
    const sent = pne.send({ to: COLLECTOR, payload: utf8(text) })
    statuses.push(sent)
    void sent.then(() => {
      isAnswered = true
    })
    await settle(20)
    await world.elapse(1_000)
    inTime.push(isAnswered)
  }
  const messages = world.traced.flatMap((item) => (item.kind === 'message' ? [item] : []))
  const connects = messages.filter(
    ({ message, side, from }) =>
      message === 'ConnectRequest' && side === 'sent' && from === GATEWAY_ID,
  )
  const refusals = messages.filter(({ fields: { Status } }) => Status === 402)
  const btids = connects.map(({ fields: { BTID } }) => BTID)
  return { count, collected, inTime, statuses: await Promise.all(statuses), btids, refusals }
}

test('one bootstrapping run and one handshake ahead of the end, and no message waits', async () => {
  const { count, collected, inTime, statuses, btids, refusals } = await runOverTheEnd(60_000)
  expect(btids).toHaveLength(2)
  expect(new Set(btids).size).toBe(2)
  expect(refusals).toEqual([])
  expect(statuses.every(isTaken)).toBe(true)
  expect(collected).toEqual(numbered('m', count))
  expect(inTime).toEqual(Array(count).fill(true))
})

test('without that there are ever shorter sessions, and still nothing is lost', async () => {
  const { count, collected, btids } = await runOverTheEnd(0)
  expect(btids.length).toBeGreaterThan(3)
  expect(collected).toEqual(numbered('m', count))
})
