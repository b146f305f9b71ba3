/** Whom an entity belongs to: bound before, at first use or not at all, and given to another. K-4 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Owner } from '../../src/cpns-server/eukey.ts'
import type { EntityId } from '../../src/identity/entity-id.ts'
import { utf8 } from '../../src/octets/octets.ts'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaCredentials,
  gbaUAnswer,
  IMPI,
  OTHER_IMPI,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { connect, statusOf } from '../support/hand-client.ts'
import { collect, sendUp } from './traffic.ts'

let world: CpnsWorld
const start = (firstUse: 'refuse' | 'bind', file?: string): void => {
  world = createCpnsWorld({ firstUse }, file)
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  world.zn.know(btidOf(3), gbaUAnswer(3, world.clock, OTHER_IMPI))
}
beforeEach(() => start('refuse'))
afterEach(() => world.close())

const bind = (impi: string) =>
  world.store.bindEntity({
    entityId: GATEWAY_ID,
    owner: { kind: 'impi', id: impi },
    boundAtMs: world.clock.nowMs(),
  })
const statusWith = async (
  octet: number,
  transactionId = `t-${octet}`,
): Promise<number | undefined> =>
  statusOf((await connect(world, { ...gbaCredentials(octet), transactionId })).lastAnswer)

describe('at first use', () => {
  test('refuse: a right HASH is 403, and nothing is bound', async () => {
    expect(await statusWith(1)).toBe(403)
    expect(await world.store.listEntities()).toEqual([])
    expect(await world.store.listEuKeys()).toEqual([])
  })

  test('bind: the first who proves an EUKey has the entity, the next one is 403', async () => {
    await world.close()
    start('bind')
    expect(await statusWith(1)).toBe(200)
    expect(await world.store.findEntity(GATEWAY_ID)).toMatchObject({ owner: { id: IMPI } })
    expect(await statusWith(3)).toBe(403)
  })
})

describe('bound before its first use', () => {
  test('its owner is let in, another is 403', async () => {
    expect(await bind(IMPI)).toBe('bound')
    expect(await statusWith(3)).toBe(403)
    expect(await statusWith(1)).toBe(200)
  })
})

describe('given to another owner by another process while it is in use', () => {
  let folder: string
  beforeEach(async () => {
    await world.close()
    folder = mkdtempSync(join(tmpdir(), 'cpns-bindings-'))
    start('refuse', join(folder, 'server.db'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const rebind = async (entityId: EntityId, owner: Owner): Promise<void> => {
    const elsewhere = world.openElsewhere()
    await elsewhere.rebindEntity({ entityId, owner, boundAtMs: world.clock.nowMs() })
    await elsewhere.close()
  }
  /** What of it the disk has to do takes time of its own. */
  const until = (isSo: () => boolean) =>
    expect
      .poll(async () => {
        await world.elapse(1_000)
        return isSo()
      })
      .toBe(true)

  test('the former is out within seconds and stays out; the new one is in', async () => {
    await bind(IMPI)
    const failures: Error[] = []
    const gateway = world.createGateway({
      ports: { onFailed: (error) => void failures.push(error) },
    })
    await gateway.start()
    await rebind(GATEWAY_ID, { kind: 'impi', id: OTHER_IMPI })
    const beganMs = world.clock.nowMs()
    await until(() => failures.length > 0)
    expect(world.clock.nowMs() - beganMs).toBeLessThanOrEqual(10_000)
    expect(failures.map(({ message }) => message)).toEqual([
      'the server refused the handshake (status 403)',
    ])
    expect(world.server.attachedCount).toBe(0)
    expect(await statusWith(3)).toBe(200)
    expect(await statusWith(1, 't-again')).toBe(403)
  })

  test('a PNE too: the EUKey that it had through its PN GW counts no more', async () => {
    await bind(IMPI)
    const gateway = world.createGateway()
    await gateway.start()
    const watch = await world.createPne(WATCH_ID, 10, gateway)
    await watch.pne.start()
    await rebind(WATCH_ID, { kind: 'user', id: 'bob' })
    await until(() => world.server.attachedCount === 1)
    await world.elapse(6_000)
    // Its assigned EUKey is gone with the binding, and a PNE has no other.
    const sent = watch.pne.send({ to: GATEWAY_ID, payload: utf8('still here?') })
    await expect(sent).rejects.toThrow('the server knows no such EUKey')
    expect(world.server.attachedCount).toBe(1)
  })
})

describe('an EUKey that ends', () => {
  test('a PN GW with a card bootstraps anew, and its PNEs lose nothing', async () => {
    await bind(IMPI)
    const short = gbaUAnswer(1, world.clock)
    world.zn.know(btidOf(1), { ...short, keyExpiresAtMs: world.clock.nowMs() + 60_000 })
    world.zn.know(btidOf(5), gbaUAnswer(5, world.clock))
    let runs = 0
    const credentials = {
      async obtain(refused?: object) {
        if (refused !== undefined) runs += 1
        return gbaCredentials(runs === 0 ? 1 : 5)
      },
    }
    const gateway = world.createGateway({ ports: { credentials } })
    await gateway.start()
    expect(gateway.session?.lifetimeSeconds).toBe(60)
    const texts = collect(world)
    const watch = await world.createPne(WATCH_ID, 10, gateway)
    await watch.pne.start()
    await world.elapse(65_000)
    expect(runs).toBe(1)
    expect(gateway.session?.lifetimeSeconds).toBe(3600)
    expect(await sendUp(watch.pne, 'after ', 5)).toEqual([200, 200, 200, 200, 200])
    await expect.poll(() => texts).toHaveLength(5)
    const euKeys = await world.store.listEuKeys()
    const own = euKeys.filter(({ entityId }) => entityId === GATEWAY_ID)
    expect(own.filter(({ state }) => state === 'current').map(({ id }) => id)).toEqual([btidOf(5)])
  })
})
