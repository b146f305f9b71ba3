import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleEuKey, sampleSession } from '../../test/contracts/server-store.samples.ts'
import {
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  NAF_FQDN,
  SERVER_ID,
  settle,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import type { PnRegistration } from '../cpns/messages.ts'
import { StoreFailed } from '../errors/errors.ts'
import type { Attachment } from './attachment-registry.ts'
import { createAttachmentRegistry } from './attachment-registry.ts'
import type { ServerContext } from './options.ts'
import { createPnInventory } from './pn-inventory.ts'
import type { ServerStore } from './server-store.ts'

let world: CpnsWorld
beforeEach(async () => {
  world = createCpnsWorld()
  const entity = { owner: { kind: 'impi', id: 'a@b.c' } as const, boundAtMs: 0 }
  for (const entityId of [GATEWAY_ID, WATCH_ID])
    await world.store.bindEntity({ ...entity, entityId })
})
afterEach(() => world.close())

const sessionOf = (entityId = GATEWAY_ID) => sampleSession(1, sampleEuKey(1, { entityId }))

function inventoryWith(change: { pnLifetimeSeconds?: number; store?: Partial<ServerStore> } = {}) {
  const registry = createAttachmentRegistry()
  const logged: string[] = []
  const { pnLifetimeSeconds, store } = change
  const context = {
    options: {
      entityId: SERVER_ID,
      nodeId: NAF_FQDN,
      ...(pnLifetimeSeconds !== undefined && { pnLifetimeSeconds }),
    },
    ports: {
      store: { ...world.store, ...store },
      clock: world.clock,
      random: createSeededRandom('pn inventory'),
      log: { warn: (event: string) => void logged.push(event) },
    },
  } as unknown as ServerContext
  return { inventory: createPnInventory({ ...context, registry }), registry, logged }
}

const REGISTRATION: PnRegistration = {
  name: 'PnRegistration',
  transactionId: 't',
  entityId: GATEWAY_ID,
  alias: 'home',
  members: [],
  lifetime: 3600,
}

test('a PN gets an id of the server’s making, and no longer a life than policy allows', async () => {
  const { inventory } = inventoryWith({ pnLifetimeSeconds: 600 })
  const result = await inventory.take(sessionOf(), REGISTRATION)
  expect(result).toMatchObject({
    transactionId: 't',
    entityId: SERVER_ID,
    status: 200,
    members: [],
    lifetime: 600,
  })
  expect(result.pnId).toMatch(/^urn:cpns:pn:[0-9a-f]{32}$/)
  const [pn] = await world.store.listPns(world.clock.nowMs())
  expect(pn).toMatchObject({
    pnId: result.pnId,
    alias: 'home',
    gateway: GATEWAY_ID,
    expiresAtMs: world.clock.nowMs() + 600_000,
  })
})

test('without a policy a day is the longest', async () => {
  const { inventory } = inventoryWith()
  const result = await inventory.take(sessionOf(), { ...REGISTRATION, lifetime: 31_536_000 })
  expect(result.lifetime).toBe(86_400)
})

test.each([
  ['in the name of another entity', 403, { entityId: WATCH_ID }],
  ['of a PN that is not its own', 404, { pnId: 'urn:x:other' }],
  ['that ends a PN that is not its own', 404, { pnId: 'urn:x:other', lifetime: 0 }],
  ['that ends a PN without a name', 400, { lifetime: 0 }],
])('a registration %s is %i, and nothing is changed', async (_, status, change) => {
  const { inventory } = inventoryWith()
  const result = await inventory.take(sessionOf(), { ...REGISTRATION, ...change })
  expect(result).toEqual({
    name: 'PnRegistrationResult',
    transactionId: 't',
    entityId: SERVER_ID,
    status,
  })
  expect(await world.store.listPns(world.clock.nowMs())).toEqual([])
})

test('a lifetime of 0 ends it', async () => {
  const { inventory } = inventoryWith()
  const { pnId = '' } = await inventory.take(sessionOf(), REGISTRATION)
  const ended = await inventory.take(sessionOf(), { ...REGISTRATION, pnId, lifetime: 0 })
  expect(ended).toMatchObject({ status: 200, pnId, lifetime: 0 })
  expect(await world.store.findPn(pnId, world.clock.nowMs())).toBeUndefined()
})

test('the 17th PN of a PN GW is 403', async () => {
  const { inventory } = inventoryWith()
  const statuses: number[] = []
  for (let n = 0; n < 17; n++) {
    const { status } = await inventory.take(sessionOf(), { ...REGISTRATION, alias: `pn ${n}` })
    statuses.push(status)
  }
  expect(statuses).toEqual([...Array<number>(16).fill(200), 403])
})

test('who attaches is online, who is attached elsewhere here stays so, who goes is away', async () => {
  const { registry, inventory } = inventoryWith()
  const { pnId = '' } = await inventory.take(sessionOf(), REGISTRATION)
  const isOnline = async () => {
    await inventory.presenceNoted()
    return (await world.store.findPn(pnId, world.clock.nowMs()))?.isOnline
  }
  const attachment = () => {
    const made: Attachment = {
      session: sessionOf(),
      isOpen: true,
      close: (end: 'detached') => registry.forget(made, end),
    } as unknown as Attachment
    return made
  }
  const [first, second] = [attachment(), attachment()]
  registry.open(first)
  expect(await isOnline()).toBe(true)
  await world.elapse(1_000)
  registry.open(second)
  expect(await isOnline()).toBe(true)
  // It was never away, so that those who attached behind it meanwhile are still there.
  const { lastSeenMs } = (await world.store.findPn(pnId, world.clock.nowMs())) ?? {}
  expect(lastSeenMs).toBe(world.clock.nowMs() - 1_000)
  second.close('detached')
  expect(await isOnline()).toBe(false)
})

test('at the start of a node nobody is there', async () => {
  const { inventory } = inventoryWith()
  const { pnId = '' } = await inventory.take(sessionOf(), REGISTRATION)
  const presence = { entityId: GATEWAY_ID, nodeId: NAF_FQDN, isOnline: true, atMs: 1 }
  await world.store.notePresence(presence)
  inventoryWith()
  await settle(5)
  expect((await world.store.findPn(pnId, world.clock.nowMs()))?.isOnline).toBe(false)
})

test('presence that cannot be stored is said, and hinders nobody', async () => {
  const fail = () => Promise.reject(new StoreFailed('the disk is full'))
  const { logged } = inventoryWith({ store: { clearPresence: fail } })
  await settle(5)
  expect(logged).toEqual(['presence-not-noted'])
})
