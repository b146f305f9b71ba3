import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sampleSession as sampleBootstrap } from '../../../test/contracts/bsf-store.contract.ts'
import { sampleSubscriber } from '../../../test/contracts/hss-store.contract.ts'
import {
  NOW,
  PHONE,
  sampleAssignment,
  sampleCompletion,
  sampleEuKey,
  WATCH,
} from '../../../test/contracts/server-store.samples.ts'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { Secret } from '../../crypto/secret.ts'
import { ConfigurationInvalid, StoreFailed } from '../../errors/errors.ts'
import { parseImpi } from '../../identity/impi.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { replaceMasterKeys } from '../keys/master-key.ts'
import { openAppStore } from '../sqlite/app-store.ts'
import { openBsfStore } from '../sqlite/bsf-store.ts'
import { openHssStore } from '../sqlite/hss-store.ts'
import { openPneStore } from '../sqlite/pne-store.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { lockFolder } from './folder-databases.ts'
import { readMasterKeyIds, rotateMasterKey } from './rotate-master-key.ts'

const random = createSeededRandom('rotation')
const USER = parseUserId('alice')
const key = (fill: number): Secret => Secret.of(new Uint8Array(32).fill(fill))

let path: string
let folder: DataFolder
beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'cpns-rotate-'))
  folder = await openDataFolder(path, { create: true }, random)
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

/** Every role's store, open as in a process that runs. */
function openStores({ file, sealer }: DataFolder) {
  return {
    hss: openHssStore(file('hss.db'), sealer),
    bsf: openBsfStore(file('bsf.db'), sealer),
    server: openServerStore(file('server.db'), sealer),
    pne: openPneStore(file('pne-watch.db'), sealer),
    app: openAppStore(file('app.db'), sealer),
  }
}
type Stores = ReturnType<typeof openStores>

async function closeStores(stores: Stores): Promise<void> {
  await Promise.all(Object.values(stores).map((store) => store.close()))
}

const user = {
  userId: USER,
  kdf: { kdf: 'scrypt', salt: new Uint8Array(16).fill(3), n: 32_768, r: 8, p: 1 },
  keys: { authKey: key(0x41), wrapBase: key(0x42) },
  createdAtMs: NOW,
  changedAtMs: NOW,
} as const
const waiting = sampleEuKey(9, {
  id: 'key-9',
  entityId: WATCH,
  source: 'assigned',
  keyType: 'assigned',
  owner: { kind: 'user', id: USER },
})

/** At least one value in each sealed column. */
async function fill({ hss, bsf, server, pne, app }: Stores): Promise<void> {
  await hss.addSubscriber(sampleSubscriber())
  const bootstrap = sampleBootstrap(5)
  await bsf.completeBootstrapping(bootstrap, { rand: bootstrap.rand, forgetAfterMs: 2 * NOW })
  const sealing = { id: 'one', key: key(6), createdAtMs: NOW }
  await bsf.rotateSealingKey('nonce', { candidate: sealing, replaces: undefined })
  await server.rotateSealingKey('state', { candidate: sealing, replaces: undefined })
  await server.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
  await server.addUser(user)
  await server.completeAssignment(sampleAssignment(2, waiting), NOW)
  await server.madeUpSaltSecret(key(0x43))
  await server.triggerKeyOf({ pne: WATCH, userId: USER, key: key(0x44), createdAtMs: NOW }, 4)
  await pne.saveEuKey({ id: 'given', key: key(0x45), expiresAtMs: 2 * NOW })
  await pne.saveOwner({ userId: USER, triggerKey: key(0x46) })
  await app.saveWebhook({ service: 'echo', url: 'https://app.example/', secret: key(0x47) })
}

/** First octet of every secret that `fill` stored. */
async function opened({ hss, bsf, server, pne, app }: Stores) {
  const subscriber = await hss.findSubscriber(sampleSubscriber().impi)
  const found = await server.findUser(USER)
  const secrets = [
    subscriber?.subscriberKey,
    subscriber?.operatorVariant,
    (await bsf.findBootstrappingSession(sampleBootstrap(5).btid, NOW))?.ks,
    (await bsf.loadSealingKeys('nonce'))[0]?.key,
    (await server.loadSealingKeys('state'))[0]?.key,
    (await server.findCurrentEuKey(PHONE, NOW))?.key,
    (await server.findSession('1'.padStart(32, '0'), NOW))?.sessionKey,
    found?.keys.authKey,
    found?.keys.wrapBase,
    (await server.findCandidateEuKeys(WATCH, NOW))[0]?.key,
    await server.madeUpSaltSecret(key(0)),
    await server.triggerKeyOf({ pne: WATCH, userId: USER, key: key(0), createdAtMs: NOW }, 4),
    (await pne.loadEuKey())?.key,
    (await pne.loadOwner())?.triggerKey,
    (await app.findWebhook('echo'))?.secret,
  ]
  return secrets.map((secret) => secret?.reveal()[0])
}
const ALL = [7, 8, 5, 6, 6, 1, 0x81, 0x41, 0x42, 9, 0x43, 0x44, 0x45, 0x46, 0x47]
/** The salt secret stands as both keys of nobody too (M-5). */
const RESEALED = ALL.length + 2

async function refusal(place: Parameters<typeof rotateMasterKey>[0]): Promise<Error> {
  const failure: unknown = await rotateMasterKey(place, random).catch((error: unknown) => error)
  if (!(failure instanceof Error)) throw new Error('it was not refused')
  return failure
}

test('every key of every store, under the stores that are open; the former key is gone', async () => {
  const running = openStores(folder)
  await fill(running)
  expect(await opened(running)).toEqual(ALL)
  const before = await readMasterKeyIds({ folder: path }, random)
  const told: string[] = []
  const rotation = await rotateMasterKey({ folder: path }, random, (name, done, total) => {
    if (done === total) told.push(name)
  })
  expect([...new Set(told)]).toEqual(['app.db', 'bsf.db', 'hss.db', 'pne-watch.db', 'server.db'])
  expect(rotation).toEqual({
    keyId: rotation.keyId,
    formerKeyIds: [before.keyId],
    isResumed: false,
    resealed: RESEALED,
  })
  expect(rotation.keyId).not.toBe(before.keyId)
  expect(await readMasterKeyIds({ folder: path }, random)).toEqual({
    keyId: rotation.keyId,
    formerKeyIds: [],
  })
  expect(await opened(running)).toEqual(ALL)
  const late = { ...sampleSubscriber(parseImpi('late@ims.example')) }
  await running.hss.addSubscriber(late)
  await closeStores(running)
  const next = openStores(await openDataFolder(path, { create: false }, random))
  expect(await opened(next)).toEqual(ALL)
  expect((await next.hss.findSubscriber(late.impi))?.subscriberKey.reveal()[0]).toBe(7)
  await closeStores(next)
  for (const name of ['hss.db', 'server.db', 'hss.db-wal'].filter((n) =>
    existsSync(join(path, n)),
  )) {
    expect(readFileSync(join(path, name)).toString('hex')).not.toContain(before.keyId)
  }
})

test('a rotation that was killed after its first step is finished, with the same key', async () => {
  const running = openStores(folder)
  await fill(running)
  const former = key(0x51)
  const text = readFileSync(join(path, 'master.key'), 'utf8').trim()
  const first = Secret.of(Buffer.from(text, 'hex'))
  replaceMasterKeys(join(path, 'master.key'), { current: former, former: [first] }, random)
  const half = await readMasterKeyIds({ folder: path }, random)
  expect(half.formerKeyIds).toHaveLength(1)
  expect(await opened(running)).toEqual(ALL)
  const rotation = await rotateMasterKey({ folder: path }, random)
  expect(rotation).toEqual({ ...half, isResumed: true, resealed: RESEALED })
  expect(await opened(running)).toEqual(ALL)
  await closeStores(running)
})

test('a key elsewhere is not replaced: its holder puts the new one in front', async () => {
  const source = (value: string) => ({ kind: 'environment', name: 'KEY', value }) as const
  const [one, two] = ['5a'.repeat(32), '5b'.repeat(32)]
  const open = (value: string) =>
    openDataFolder(path, { create: false, masterKey: source(value) }, random)
  const stores = openStores(await open(one))
  await fill(stores)
  await closeStores(stores)
  const alone = await refusal({ folder: path, masterKey: source(two) })
  expect(alone).toBeInstanceOf(ConfigurationInvalid)
  expect(alone.message).toContain('former behind it')
  const both = { folder: path, masterKey: source(`${two} ${one}`) }
  expect((await rotateMasterKey(both, random)).resealed).toBe(RESEALED)
  const next = openStores(await open(two))
  expect(await opened(next)).toEqual(ALL)
  await closeStores(next)
})

describe('refuses, and leaves the key as it was', () => {
  let text: string
  beforeEach(() => {
    text = readFileSync(join(path, 'master.key'), 'utf8')
  })
  afterEach(() => {
    expect(readFileSync(join(path, 'master.key'), 'utf8')).toBe(text)
  })

  test('a folder with a database of another program', async () => {
    writeFileSync(join(path, 'other.db'), 'what is this?')
    expect((await refusal({ folder: path })).message).toContain('other.db')
  })

  test('while another rotation or backup is under way', async () => {
    const release = lockFolder(path)
    expect((await refusal({ folder: path })).message).toContain('under way')
    release()
  })

  test('a folder that is not there', async () => {
    expect((await refusal({ folder: join(path, 'none') })).message).toContain('no such folder')
  })
})

test('a process that goes on sealing under the former key: that stays, until a rotation finds nothing', async () => {
  const store = openHssStore(folder.file('hss.db'), folder.sealer)
  await store.addSubscriber(sampleSubscriber())
  const other = new Database(folder.file('hss.db'))
  other.exec("CREATE TEMP TABLE old AS SELECT * FROM subscribers; UPDATE old SET impi = 'a@x'")
  let isThere = false
  const sealBehind = (): void => {
    if (!isThere) other.exec('INSERT INTO subscribers SELECT * FROM old')
    isThere = true
  }
  const rotation = rotateMasterKey({ folder: path }, random, sealBehind)
  await expect(rotation).rejects.toThrow('2 keys are sealed under a former master key again')
  const { formerKeyIds } = await readMasterKeyIds({ folder: path }, random)
  expect(formerKeyIds).toHaveLength(1)
  other.exec("DELETE FROM subscribers WHERE impi = 'a@x'")
  other.close()
  expect(await rotateMasterKey({ folder: path }, random)).toMatchObject({
    formerKeyIds,
    isResumed: true,
  })
  expect((await readMasterKeyIds({ folder: path }, random)).formerKeyIds).toEqual([])
  await store.close()
})

test('a value that does not open: both keys stay, so nothing is lost', async () => {
  const other = await openDataFolder(join(path, 'other'), { create: true }, random)
  const stores = openStores({ ...folder, sealer: other.sealer })
  await fill(stores)
  await closeStores(stores)
  expect(await refusal({ folder: path })).toBeInstanceOf(StoreFailed)
  expect((await readMasterKeyIds({ folder: path }, random)).formerKeyIds).toHaveLength(1)
})
