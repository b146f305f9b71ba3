/**
 * HSS or BSF gone in mid-exchange, over sockets: the answer is a defined one, nothing is half stored, and
 * the same UE goes on when they are back.
 */
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { startTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy.ts'
import { TransportFailed } from '../../errors/errors.ts'
import type { GbaCard } from '../../gba/gba-card.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import { createTmpiMemory } from '../../gba/tmpi-memory.ts'
import { bootstrap } from '../../gba/ub-client.ts'
import type { Zh, ZhRequest } from '../../gba/zh.ts'
import { testPorts } from '../diameter/diameter.fixture.ts'
import { connectDiameterZh, serveDiameterZh } from '../diameter/zh.ts'
import { openBsfStore } from '../sqlite/bsf-store.ts'
import { testSealer, withFolder } from '../sqlite/sqlite.fixture.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { connectUb } from './connect-ub.ts'
import { startUbNetwork, type UbNetwork, usim } from './ub-network.fixture.ts'

const HSS = { originHost: 'hss.home.example', originRealm: 'home.example' }
const BSF = { originHost: 'bsf.home.example', originRealm: 'home.example' }

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

/** A card whose SQN a network has moved on that the HSS of the test knows nothing of. */
async function cardAhead(): Promise<GbaCard> {
  const card = await usim()
  const elsewhere = await startUbNetwork()
  for (let n = 0; n < 40; n++) await elsewhere.run(card)
  await elsewhere.close()
  return card
}

/** How many rows a run that came to its end would have made. */
function rowsIn(file: string): number {
  const db = new Database(file, { readonly: true })
  const count = 'SELECT (SELECT count(*) FROM bootstraps) + (SELECT count(*) FROM tmpis)'
  const rows = db.prepare<[], number>(count).pluck().get()
  db.close()
  return rows ?? 0
}

interface Hold {
  /** Requests that it is true of are never answered. */
  holds: (request: ZhRequest) => boolean
  readonly held: ZhRequest[]
}

/** Zh over Diameter and TCP, through a proxy that can vanish. */
async function diameterZh(hss: Zh, hold: Hold): Promise<{ zh: Zh; proxy: TcpProxy }> {
  const holding: Zh = {
    async requestVector(request) {
      if (!hold.holds(request)) return hss.requestVector(request)
      hold.held.push(request)
      return new Promise(() => {})
    },
  }
  const options = { ...HSS, host: '127.0.0.1', port: 0, hss: holding, bsfs: [BSF.originHost] }
  const server = await serveDiameterZh(options, testPorts('hss'))
  const proxy = await startTcpProxy(server.port)
  const target = { host: '127.0.0.1', port: proxy.port, originHost: HSS.originHost }
  const way = { ...BSF, destinationRealm: HSS.originRealm, targets: [target], timeoutMs: 500 }
  const zh = connectDiameterZh(way, testPorts('bsf'))
  cleanUps.push(
    () => proxy.close(),
    () => server.close(),
    () => zh.close(),
  )
  return { zh, proxy }
}

async function withSqlite(
  use: (world: UbNetwork, more: { proxy: TcpProxy; hold: Hold; file: string }) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const file = `${folder}/bsf.db`
    const store = openBsfStore(file, testSealer())
    const hold: Hold = { holds: () => false, held: [] }
    let proxy: TcpProxy | undefined
    const zh = async (hss: Zh) => {
      const way = await diameterZh(hss, hold)
      proxy = way.proxy
      return way.zh
    }
    const world = await startUbNetwork({ store, zh })
    await use(world, { proxy: proxy!, hold, file })
    await world.close()
    await store.close()
  })
}

const IS_RESYNCHRONIZATION = ({ resynchronization }: ZhRequest) => resynchronization !== undefined
const REFUSED = { outcome: 'refused', status: 503 }

describe('the HSS goes away', () => {
  test.each([
    ['before it answers message 1', () => true, usim],
    ['in a resynchronisation', IS_RESYNCHRONIZATION, cardAhead],
  ] as const)('%s: 503, nothing stored; then the same UE succeeds', async (_, holds, cardOf) => {
    const card = await cardOf()
    await withSqlite(async (world, { proxy, hold, file }) => {
      hold.holds = holds
      const run = world.run(card, createTmpiMemory())
      await expect.poll(() => hold.held.length).toBe(1)
      await proxy.vanish()
      expect(await run).toEqual(REFUSED)
      expect(rowsIn(file)).toBe(0)
      // While it is away the answer is the same, at once.
      expect(await world.run(card)).toEqual(REFUSED)

      hold.holds = () => false
      await proxy.comeBack()
      const again = async () => (await world.run(card)).outcome
      await expect.poll(again, { timeout: 10_000 }).toBe('success')
      expect(rowsIn(file)).toBe(1)
      expect(proxy.connections).toBe(1)
    })
  })

  test('without a word, in a resynchronisation: 503 when its time is over', async () => {
    const card = await cardAhead()
    await withSqlite(async (world, { hold, file }) => {
      hold.holds = IS_RESYNCHRONIZATION
      expect(await world.run(card)).toEqual(REFUSED)
      expect([hold.held.length, rowsIn(file)]).toEqual([1, 0])
      hold.holds = () => false
      expect((await world.run(card)).outcome).toBe('success')
    })
  })
})

describe('the BSF goes away', () => {
  /** A PN GW whose way to the BSF is cut when `isCut` says so of what passes. */
  async function cutWhen(isCut: (text: string, to: 'server' | 'client') => boolean) {
    const world = await startUbNetwork()
    let isArmed = true
    const proxy = await startTcpProxy(world.port, (octets, to) => {
      if (!isArmed || !isCut(Buffer.from(octets).toString('latin1'), to)) return
      isArmed = false
      void proxy.vanish()
    })
    const ub = connectUb({ baseUrl: `http://127.0.0.1:${proxy.port}`, timeoutMs: 2000 })
    cleanUps.push(
      () => world.close(),
      () => proxy.close(),
      () => ub.close(),
    )
    const [card, tmpiMemory, random] = [await usim(), createTmpiMemory(), createSystemRandom()]
    const run = () => bootstrap({ card, ub, tmpiMemory, random, clock: systemClock })
    return { world, proxy, card, run }
  }

  test('with message 1: the PN GW says that it cannot be asked; then it goes on', async () => {
    const { world, proxy, run } = await cutWhen((_, to) => to === 'server')
    await expect(run()).rejects.toThrow(TransportFailed)
    expect(world.store.btids).toEqual([])
    await proxy.comeBack()
    expect((await run()).outcome).toBe('success')
    expect(world.store.btids).toHaveLength(1)
  })

  test('after message 2: no session is made, and no B-TID gets to the card', async () => {
    const { world, proxy, card, run } = await cutWhen((text) => text.includes('nc=00000001'))
    await expect(run()).rejects.toThrow(TransportFailed)
    expect(await card.readBootstrap()).toBeUndefined()
    await proxy.comeBack()
    const outcome = await run()
    expect(outcome).toMatchObject({ outcome: 'success', impi: WORKED.impi })
    expect((await card.readBootstrap())?.btid).toBe(world.store.btids.at(-1))
  })

  test('with message 4 under way: the BSF has a session that nobody uses, the UE none', async () => {
    const { world, proxy, card, run } = await cutWhen((text) => text.startsWith('HTTP/1.1 200'))
    await expect(run()).rejects.toThrow(TransportFailed)
    expect(world.store.btids).toHaveLength(1)
    expect(await card.readBootstrap()).toBeUndefined()
    await proxy.comeBack()
    expect((await run()).outcome).toBe('success')
    expect(world.store.btids).toHaveLength(2)
    expect((await card.readBootstrap())?.btid).toBe(world.store.btids[1])
  })
})
