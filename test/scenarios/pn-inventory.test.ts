/** Which PNE is behind which PN GW in which PN: registration, presence, expiry, and a PNE that moves. Design 6 to 9 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { utf8 } from '../../src/octets/octets.ts'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  connectPne,
  createCpnsWorld,
  fixedCredentials,
  gbaCredentials,
  gbaUAnswer,
  OTHER_GATEWAY_ID,
  OTHER_IMPI,
  settle,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { numbered, sendDown, textsOf } from './traffic.ts'

let world: CpnsWorld
beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  world.zn.know(btidOf(2), gbaUAnswer(3, world.clock, OTHER_IMPI))
})
afterEach(() => world.close())

const startPhone = async (lifetimeSeconds = 600): Promise<PnGw> => {
  const phone = world.createGateway({ options: { pn: { alias: 'phone', lifetimeSeconds } } })
  await phone.start()
  return phone
}
const startTablet = async (): Promise<PnGw> => {
  const tablet = world.createGateway({
    options: { entityId: OTHER_GATEWAY_ID, pn: { alias: 'tablet', lifetimeSeconds: 600 } },
    ports: { credentials: fixedCredentials({ ...gbaCredentials(3), btid: btidOf(2) }) },
  })
  await tablet.start()
  return tablet
}

/** Members by the alias of their PN, with a star for who is online. */
async function inventory(): Promise<Record<string, string[]>> {
  await settle()
  const pns = await world.store.listPns(world.clock.nowMs())
  const star = (one: { isOnline: boolean }) => (one.isOnline ? '*' : '')
  return Object.fromEntries(
    pns.map((pn) => [
      `${pn.alias}${star(pn)}`,
      pn.members.map((member) => `${member.entityId}${star(member)}`),
    ]),
  )
}

test('a PN GW registers its PN, then each PNE that is admitted', async () => {
  const phone = await startPhone()
  expect(await inventory()).toEqual({ 'phone*': [] })
  expect(phone.pn?.pnId).toMatch(/^urn:cpns:pn:/)
  const watch = await world.createPne(WATCH_ID, 10, phone)
  const car = await world.createPne(CAR_ID, 11, phone)
  await Promise.all([watch.pne.start(), car.pne.start()])
  expect(await inventory()).toEqual({ 'phone*': [`${WATCH_ID}*`, `${CAR_ID}*`] })
  expect(world.logged).not.toContain('record-not-understood')
})

test('a PNE that goes is away since then, and stays in the PN until that expires', async () => {
  const phone = await startPhone(60)
  const { pne } = await world.createPne(WATCH_ID, 10, phone)
  await pne.start()
  await settle()
  pne.stop()
  const wentAtMs = world.clock.nowMs()
  expect(await inventory()).toEqual({ 'phone*': [WATCH_ID] })
  const [pn] = await world.store.listPns(world.clock.nowMs())
  expect(pn?.members[0]?.lastSeenMs).toBe(wentAtMs)
  await world.elapse(61_000)
  expect(await inventory()).toEqual({ 'phone*': [] })
})

test('what comes for a PNE that has gone waits, and comes when it is back', async () => {
  const phone = await startPhone()
  const { pne, received } = await world.createPne(WATCH_ID, 10, phone)
  await pne.start()
  await settle()
  pne.stop()
  expect(await inventory()).toEqual({ 'phone*': [WATCH_ID] })
  await sendDown(world, WATCH_ID, 'down ', 3)
  await pne.start()
  await expect.poll(() => textsOf(received)).toEqual(numbered('down ', 3))
  expect(await inventory()).toEqual({ 'phone*': [`${WATCH_ID}*`] })
})

test('a PNE that did not come back with its PN GW is away; one that did is there, also when that renews', async () => {
  world.lifetimes.pnGw = 60
  const phone = await startPhone()
  const watch = await world.createPne(WATCH_ID, 10, phone)
  const car = await world.createPne(CAR_ID, 11, phone)
  await Promise.all([watch.pne.start(), car.pne.start()])
  await world.elapse(150_000)
  expect(await inventory()).toEqual({ 'phone*': [`${WATCH_ID}*`, `${CAR_ID}*`] })
  watch.pne.stop()
  phone.stop()
  await world.elapse(5_000)
  await phone.start()
  await world.elapse(60_000)
  expect(await inventory()).toEqual({ 'phone*': [WATCH_ID, `${CAR_ID}*`] })
})

test('a PN is refreshed while its PN GW is there, and expires when it is not', async () => {
  const phone = await startPhone(20)
  const { pne } = await world.createPne(WATCH_ID, 10, phone)
  await pne.start()
  const before = phone.pn?.pnId
  await world.elapse(90_000)
  expect(await inventory()).toEqual({ 'phone*': [`${WATCH_ID}*`] })
  expect(phone.pn?.pnId).toBe(before)
  phone.stop()
  expect(await inventory()).toEqual({ phone: [WATCH_ID] })
  await world.elapse(21_000)
  expect(await inventory()).toEqual({})
})

test('a PN GW that starts again has the same PN; so has one whose server starts again', async () => {
  const phone = await startPhone()
  await settle()
  const { pnId } = phone.pn ?? {}
  expect(pnId).toBeDefined()
  phone.stop()
  const again = await startPhone()
  await settle()
  expect(again.pn?.pnId).toBe(pnId)
  world.restartServer()
  world.cutConnections()
  await world.elapse(5_000)
  await again.whenUp()
  expect(await inventory()).toEqual({ 'phone*': [] })
  expect(again.pn?.pnId).toBe(pnId)
})

test('a PNE that moves to another PN GW is in its PN only, and its messages go that way', async () => {
  const phone = await startPhone()
  const tablet = await startTablet()
  const watch = await world.createPne(WATCH_ID, 10, phone)
  await watch.pne.start()
  expect(await inventory()).toEqual({ 'phone*': [`${WATCH_ID}*`], 'tablet*': [] })

  const moved = await world.createPne(WATCH_ID, 10, tablet, {
    options: { gatewayEntityId: OTHER_GATEWAY_ID },
    ports: { connectGateway: async () => connectPne(tablet) },
  })
  await moved.pne.start()
  watch.pne.stop()
  expect(await inventory()).toEqual({ 'phone*': [], 'tablet*': [`${WATCH_ID}*`] })
  const sessions = await world.store.listSessions(world.clock.nowMs())
  const own = sessions.filter(({ entityId }) => entityId === WATCH_ID)
  expect(own.map(({ via }) => via)).toEqual([OTHER_GATEWAY_ID])
  const status = await world.server.submit({
    messageId: 'm',
    from: 'urn:cpns:service:echo',
    to: WATCH_ID,
    contentType: 'text/plain',
    payload: utf8('here?'),
    expires: 60,
  })
  expect(status).toBe(202)
  await expect.poll(() => moved.received.length).toBe(1)
  expect(watch.received).toEqual([])
  // The former PN GW refreshes its PN, and gets nobody back by that.
  await world.elapse(301_000)
  expect(await inventory()).toEqual({ 'phone*': [], 'tablet*': [`${WATCH_ID}*`] })
})

test('a PN GW without a PN registers nothing', async () => {
  await world.createGateway().start()
  expect(await inventory()).toEqual({})
})
