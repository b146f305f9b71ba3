import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openHssStore } from '../adapters/sqlite/hss-store.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { failureOf, startTestLab, type TestLab, temporaryFolder } from './lab.fixture.ts'
import { DEFAULT_LAB_CONFIG } from './lab-config.ts'
import { CARD_PROFILE, HSS_DATABASE, LOG_FILE } from './lab-files.ts'
import { ENTITIES, IMPI } from './lab-names.ts'
import { refuseClonedCard } from './story/attack-cloned-card.ts'
import { bootstrapStep } from './story/step-1-bootstrap.ts'

let folder: string
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function portsOf({ lab }: TestLab): number[] {
  return lab.addresses.flatMap(({ address }) =>
    address.includes('://') ? [Number(new URL(address).port)] : [],
  )
}

async function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  const socket = connect(port, host)
  return await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).finally(() => socket.destroy())
}

/** Where the HSS goes on: the next lease's first SEQ. Uses up that lease. */
async function nextSeq(): Promise<bigint> {
  const data = await openDataFolder(folder, { create: false }, createSystemRandom())
  const store = openHssStore(data.file(HSS_DATABASE), data.sealer)
  const lease = await store.leaseSqn({ impi: IMPI, owner: 'test', size: 1 })
  await store.close()
  return lease?.firstSeq ?? -1n
}

/** Why it does not start. */
async function refusal(): Promise<string> {
  const start = startTestLab(folder)
  await expect(start).rejects.toBeInstanceOf(ConfigurationInvalid)
  return await failureOf(start)
}

test('listens on six ports of this machine, until it is stopped', async () => {
  const lab = await startTestLab(folder)
  const ports = portsOf(lab)
  expect(ports).toHaveLength(6)
  for (const { address } of lab.lab.addresses) expect(address).toContain('127.0.0.1')
  for (const port of ports) expect(await isListening(port)).toBe(true)
  await lab.lab.stop()
  for (const port of ports) expect(await isListening(port)).toBe(false)
})

test('can be stopped twice, and in the middle of everything', async () => {
  const { lab, world } = await startTestLab(folder)
  await world.gateway.start()
  await Promise.all([world.pnes.watch.pne.start(), world.pnes.car.pne.start()])
  const sending = world.pnes.watch.pne
    .send({ to: ENTITIES.car, payload: new Uint8Array(1) })
    .catch((error: Error) => error)
  await Promise.all([lab.stop(), lab.stop()])
  await lab.stop()
  await sending
})

test('on the other loopback address', async () => {
  const lab = await startTestLab(folder, { ...DEFAULT_LAB_CONFIG, host: '::1' })
  const addresses = lab.lab.addresses.map(({ address }) => address)
  expect(addresses.filter((address) => address.includes('://[::1]:'))).toHaveLength(6)
  await bootstrapStep.run(lab.world)
  await lab.world.gateway.start()
  await lab.world.pnes.watch.pne.start()
  await lab.lab.stop()
})

test('ports that are wished for', async () => {
  const free = await startTestLab(temporaryFolder())
  const [zh = 0, ub = 0, zn = 0, server = 0, gateway = 0] = portsOf(free)
  await free.end()
  const ports = { ub, zh, zn, 'cpns-2': server, 'cpns-1': gateway, console: 0 }
  const lab = await startTestLab(folder, { ...DEFAULT_LAB_CONFIG, ports })
  expect(portsOf(lab).slice(0, 5)).toEqual([zh, ub, zn, server, gateway])
  await lab.lab.stop()
})

describe('a port that is taken', () => {
  test.each(['ub', 'zh', 'zn', 'cpns-2', 'cpns-1'] as const)(
    '%s: nothing is left running',
    async (name) => {
      const taken = createServer().listen(0, '127.0.0.1')
      await once(taken, 'listening')
      const { port } = taken.address() as AddressInfo
      const ports = { ...DEFAULT_LAB_CONFIG.ports, [name]: port }
      const start = startTestLab(folder, { ...DEFAULT_LAB_CONFIG, ports })
      await expect(start).rejects.toBeInstanceOf(ConfigurationInvalid)
      expect(await failureOf(start)).toContain(`127.0.0.1:${port}`)
      taken.close()
      await once(taken, 'close')
      const again = await startTestLab(folder, { ...DEFAULT_LAB_CONFIG, ports })
      await again.lab.stop()
    },
  )
})

describe('a second start with the same folder', () => {
  test('SQN goes on above all that was leased', async () => {
    const first = await startTestLab(folder)
    await bootstrapStep.run(first.world)
    await first.lab.stop()
    const between = await nextSeq()
    expect(between).toBeGreaterThan(1n)
    const second = await startTestLab(folder)
    await bootstrapStep.run(second.world)
    await second.lab.stop()
    expect(await nextSeq()).toBeGreaterThan(between)
  })

  test('cards, certificates and EUKeys are the same', async () => {
    const first = await startTestLab(folder)
    const card = readFileSync(join(folder, CARD_PROFILE), 'utf8')
    const keys = await first.world.serverStore.listEuKeys()
    const atWatch = await first.world.pnes.watch.store.loadEuKey()
    await first.lab.stop()

    const { lab, world, traced } = await startTestLab(folder)
    expect(await world.serverStore.listEuKeys()).toEqual(keys)
    const kept = await world.pnes.watch.store.loadEuKey()
    expect(kept?.id).toBe(atWatch?.id)
    expect(atWatch !== undefined && kept?.key.equals(atWatch.key)).toBe(true)
    expect(readFileSync(join(folder, CARD_PROFILE), 'utf8')).toBe(card)
    const notes = traced.filter(({ kind }) => kind === 'note')
    expect(notes).toMatchObject([
      { entity: ENTITIES.watch, text: 'still has its assigned EUKey' },
      { entity: ENTITIES.car, text: 'still has its assigned EUKey' },
    ])
    await world.gateway.start()
    await world.pnes.watch.pne.start()
    await lab.stop()
  })

  test('a PNE whose EUKey was taken away gets a new one', async () => {
    const first = await startTestLab(folder)
    const former = await first.world.pnes.car.store.loadEuKey()
    await first.world.serverStore.removeEuKeys(ENTITIES.car)
    await first.lab.stop()
    const { lab, world } = await startTestLab(folder)
    const euKey = await world.pnes.car.store.loadEuKey()
    expect(euKey?.id).not.toBe(former?.id)
    await world.gateway.start()
    await world.pnes.car.pne.start()
    await lab.stop()
  })
})

describe('a folder that cannot be used', () => {
  test('a card profile that is none', async () => {
    writeFileSync(join(folder, CARD_PROFILE), '{}', { mode: 0o600 })
    expect(await refusal()).toContain(CARD_PROFILE)
  })

  test.each(['hss.db', 'bsf.db', 'server.db', 'pne-watch.db'])(
    '%s that is a folder',
    async (name) => {
      mkdirSync(join(folder, name))
      expect(await refusal()).toContain(name)
    },
  )

  test('a master key that does not open what is there', async () => {
    const lab = await startTestLab(folder)
    await lab.lab.stop()
    writeFileSync(join(folder, 'master.key'), `${'ab'.repeat(32)}\n`)
    const reason = await refusal()
    expect(reason).toContain(folder)
    expect(reason).toContain('master key')
  })
})

test('log lines go to a file that only its owner can read', async () => {
  const { lab, world } = await startTestLab(folder)
  await refuseClonedCard(world)
  await lab.stop()
  const file = join(folder, LOG_FILE)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const events = lines.map((line) => (JSON.parse(line) as { event: string }).event)
  expect(events).toContain('wrong-response')
})

test('a log that cannot be written stops nobody', async () => {
  mkdirSync(join(folder, LOG_FILE))
  const { lab, world } = await startTestLab(folder)
  await refuseClonedCard(world)
  await lab.stop()
})
