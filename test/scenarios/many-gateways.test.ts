/** Many PNEs a gateway, many gateways a server: each message arrives once, in order, and nowhere else. Design 8 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type EntityId, parseEntityId } from '../../src/identity/entity-id.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import { utf8 } from '../../src/octets/octets.ts'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  fixedCredentials,
  gbaCredentials,
  gbaUAnswer,
  settle,
  type TestPne,
} from '../support/cpns-world.ts'
import { collect, numbered, sendDown, sendUp, textsOf } from './traffic.ts'

const GATEWAYS = 4
const PNES_EACH = 6

let world: CpnsWorld
let gateways: PnGw[]
/** By EntityID. */
let pnes: Map<EntityId, TestPne>
let collected: string[]

const gatewayId = (n: number): EntityId => parseEntityId(`urn:x:gateway-${n}`)
const pneId = (gateway: number, n: number): EntityId => parseEntityId(`urn:x:pne-${gateway}-${n}`)

beforeEach(async () => {
  world = createCpnsWorld()
  collected = collect(world)
  gateways = []
  pnes = new Map()
  for (let n = 0; n < GATEWAYS; n++) {
    gateways.push(await startGateway(n))
    for (let m = 0; m < PNES_EACH; m++) await startPne(n, m)
  }
})

afterEach(async () => {
  await world.close()
})

async function startGateway(n: number): Promise<PnGw> {
  const impi = parseImpi(`00101000000000${n}@ims.mnc001.mcc001.3gppnetwork.org`)
  world.zn.know(btidOf(n + 1), gbaUAnswer(n + 1, world.clock, impi))
  const gateway = world.createGateway({
    options: { entityId: gatewayId(n) },
    ports: { credentials: fixedCredentials(gbaCredentials(n + 1)) },
  })
  await gateway.start()
  return gateway
}

async function startPne(gateway: number, n: number): Promise<void> {
  const entityId = pneId(gateway, n)
  const octet = 100 + gateway * PNES_EACH + n
  const options = { gatewayEntityId: gatewayId(gateway) }
  const pne = await world.createPne(entityId, octet, gateways[gateway] as PnGw, { options })
  await pne.pne.start()
  pnes.set(entityId, pne)
}

const pneOf = (gateway: number, n: number): TestPne => pnes.get(pneId(gateway, n)) as TestPne

test('all of them to an application, and it to all of them', async () => {
  const sent = [...pnes].map(([entityId, { pne }]) => sendUp(pne, `${entityId} `, 5))
  for (const entityId of pnes.keys()) await sendDown(world, entityId, `to ${entityId} `, 5)
  expect(new Set((await Promise.all(sent)).flat())).toEqual(new Set([200]))
  await settle(400)
  for (const [entityId, { received }] of pnes) {
    const ofPne = collected.filter((text) => text.startsWith(`${entityId} `))
    expect(ofPne).toEqual(numbered(`${entityId} `, 5))
    expect(textsOf(received)).toEqual(numbered(`to ${entityId} `, 5))
  }
  expect(collected).toHaveLength(GATEWAYS * PNES_EACH * 5)
  expect(world.server.attachedCount).toBe(GATEWAYS * (PNES_EACH + 1))
})

describe('a PNE to one behind another PN GW', () => {
  const greet = (text: string) =>
    pneOf(0, 0).pne.send({ to: pneId(3, 2), payload: utf8(text), contentType: 'text/plain' })

  test('and back, in order', async () => {
    for (const text of numbered('there ', 5)) expect(await greet(text)).toBe(200)
    for (const text of numbered('back ', 5)) {
      await pneOf(3, 2).pne.send({ to: pneId(0, 0), payload: utf8(text) })
    }
    await settle()
    expect(textsOf(pneOf(3, 2).received)).toEqual(numbered('there ', 5))
    expect(textsOf(pneOf(0, 0).received)).toEqual(numbered('back ', 5))
    expect(pneOf(3, 2).received[0]?.from).toBe(pneId(0, 0))
  })

  test('whose PN GW is away: it waits at the server', async () => {
    gateways[3]?.stop()
    await settle()
    const sent = numbered('there ', 5).map(greet)
    await world.elapse(5000)
    expect(await Promise.all(sent)).toEqual([202, 202, 202, 202, 202])
    expect(pneOf(3, 2).received).toEqual([])
    await gateways[3]?.start()
    await world.elapse(60_000)
    expect(textsOf(pneOf(3, 2).received)).toEqual(numbered('there ', 5))
  })

  test('who moved there from behind ours: it authenticates anew and is found', async () => {
    const moving = pneOf(0, 1)
    moving.pne.stop()
    await settle()
    const sent = pneOf(0, 0).pne.send({ to: pneId(0, 1), payload: utf8('where are you') })
    await world.elapse(1000)
    expect(await sent).toBe(202)
    const options = { gatewayEntityId: gatewayId(2) }
    const moved = await world.createPne(pneId(0, 1), 101, gateways[2] as PnGw, { options })
    await moved.pne.start()
    await settle()
    expect(textsOf(moved.received)).toEqual(['where are you'])
  })
})

test('a PN GW that stops holds up no other', async () => {
  gateways[1]?.stop()
  await settle()
  expect(await sendUp(pneOf(2, 0).pne, 'up ', 5)).toEqual([200, 200, 200, 200, 200])
  await settle()
  expect(collected).toEqual(numbered('up ', 5))
  expect(gateways.map(({ session }) => session === undefined)).toEqual([false, true, false, false])
})
