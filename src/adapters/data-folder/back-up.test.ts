import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleSubscriber } from '../../../test/contracts/hss-store.contract.ts'
import {
  NOW,
  PHONE,
  sampleCompletion,
  sampleEuKey,
} from '../../../test/contracts/server-store.samples.ts'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { Secret } from '../../crypto/secret.ts'
import { replaceMasterKeys } from '../keys/master-key.ts'
import { openBsfStore } from '../sqlite/bsf-store.ts'
import { openHssStore } from '../sqlite/hss-store.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { systemClock } from '../system/system-clock.ts'
import { backUpDataFolder, restoreDataFolder } from './back-up.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { lockFolder } from './folder-databases.ts'

const random = createSeededRandom('backup')
const ports = { clock: systemClock, random }
const { impi } = sampleSubscriber()
const MARGIN = 1_000

let root: string
let folder: DataFolder
const at = (name: string): string => join(root, name)
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'cpns-back-up-'))
  folder = await openDataFolder(at('data'), { create: true }, random)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const backUp = (withMasterKey = true) =>
  backUpDataFolder({ data: at('data'), backup: at('backup') }, { withMasterKey }, ports)
const restore = (keyFile?: string) =>
  restoreDataFolder(
    { data: at('restored'), backup: at('backup') },
    { sqnMargin: MARGIN, ...(keyFile !== undefined && { keyFile }) },
    { random },
  )

test('an HSS in use: no SEQ that was leased after the backup is leased again', async () => {
  const running = openHssStore(folder.file('hss.db'), folder.sealer)
  await running.addSubscriber(sampleSubscriber())
  await running.leaseSqn({ impi, owner: 'a', size: 32 })
  await backUp()
  const later = await running.leaseSqn({ impi, owner: 'a', size: 500 })
  await running.close()
  await restore()
  const data = await openDataFolder(at('restored'), { create: false }, random)
  const restored = openHssStore(data.file('hss.db'), data.sealer)
  const next = await restored.leaseSqn({ impi, owner: 'a', size: 32 })
  expect(next?.firstSeq).toBe(BigInt(32 + MARGIN + 1))
  expect(next?.firstSeq).toBeGreaterThan(later?.lastSeq ?? 0n)
  expect((await restored.findSubscriber(impi))?.subscriberKey.reveal()[0]).toBe(7)
  await restored.close()
})

test('an HSS: no SEQ is beyond those that there are, and who holds a lease of before has none', async () => {
  const running = openHssStore(folder.file('hss.db'), folder.sealer)
  await running.addSubscriber(sampleSubscriber())
  await running.leaseSqn({ impi, owner: 'a', size: 32 })
  await running.close()
  const highest = 2n ** 43n - 1n
  const rowOf = (path: string, change = 'SELECT 1') => {
    const db = new Database(path)
    db.exec(change)
    const row = db
      .prepare('SELECT seq_ceiling, lease_epoch, lease_owner FROM subscribers')
      .safeIntegers()
      .get()
    db.close()
    return row
  }
  const before = rowOf(at('data/hss.db'), `UPDATE subscribers SET seq_ceiling = ${highest - 5n}`)
  expect(before).toMatchObject({ lease_epoch: 1n, lease_owner: 'a' })
  await backUp()
  await restore()
  expect(rowOf(at('restored/hss.db'))).toEqual({
    seq_ceiling: highest,
    lease_epoch: 2n,
    lease_owner: null,
  })
})

test('a server: EUKeys are there; sessions, and sealing keys of open exchanges, are not', async () => {
  const running = openServerStore(folder.file('server.db'), folder.sealer)
  await running.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
  const candidate = { id: 'one', key: Secret.of(new Uint8Array(32)), createdAtMs: NOW }
  await running.rotateSealingKey('state', { candidate, replaces: undefined })
  const [session] = await running.listSessions(NOW)
  const { sessionId = '' } = session ?? {}
  await running.takeAttachment({ entityId: PHONE, nodeId: 'one', sessionId }, NOW)
  await backUp()
  await running.close()
  await restore()
  expect(readdirSync(at('restored')).sort()).toEqual(['master.key', 'server.db'])
  const data = await openDataFolder(at('restored'), { create: false }, random)
  const restored = openServerStore(data.file('server.db'), data.sealer)
  expect((await restored.findCurrentEuKey(PHONE, NOW))?.key.reveal()[0]).toBe(1)
  expect(await restored.listSessions(NOW)).toEqual([])
  expect(await restored.loadSealingKeys('state')).toEqual([])
  await restored.close()
  const db = new Database(at('restored/server.db'))
  expect(db.prepare('SELECT * FROM attachments').all()).toEqual([])
  db.close()
})

test('a BSF: sealing keys of challenges that are open are not in what is restored', async () => {
  const running = openBsfStore(folder.file('bsf.db'), folder.sealer)
  const candidate = { id: 'one', key: Secret.of(new Uint8Array(32)), createdAtMs: NOW }
  await running.rotateSealingKey('ub opaque', { candidate, replaces: undefined })
  await backUp()
  expect(await running.loadSealingKeys('ub opaque')).toHaveLength(1)
  await running.close()
  await restore()
  const data = await openDataFolder(at('restored'), { create: false }, random)
  const restored = openBsfStore(data.file('bsf.db'), data.sealer)
  expect(await restored.loadSealingKeys('ub opaque')).toEqual([])
  await restored.close()
})

test('what a killed restore left is taken away; a folder with one file in it is not empty', async () => {
  await backUp()
  mkdirSync(at('restored.restoring'))
  writeFileSync(at('restored.restoring/half'), '')
  await restore()
  expect(readdirSync(root).sort()).toEqual(['backup', 'data', 'restored'])
  expect(readdirSync(at('restored'))).toEqual(['master.key'])
  await expect(restore()).rejects.toThrow('restored: is not empty')
})

test('there is no backup amid a rotation or a migration', async () => {
  const release = lockFolder(at('data'))
  await expect(backUp()).rejects.toThrow('a rotation, backup or migration is under way')
  expect(existsSync(at('backup'))).toBe(false)
  release()
  await backUp()
})

test('the master key is in the backup only if that is asked for; another one is refused', async () => {
  const { masterKeyId } = await backUp(false)
  expect(masterKeyId).toBe(folder.sealer.keyId)
  expect(readdirSync(at('backup'))).toEqual(['backup.json'])
  writeFileSync(at('other'), 'ab'.repeat(32), { mode: 0o600 })
  await expect(restore(at('other'))).rejects.toThrow(`sealed under ${masterKeyId}`)
  expect(readdirSync(root).sort()).toEqual(['backup', 'data', 'other'])
  await restore(at('data/master.key'))
  const data = await openDataFolder(at('restored'), { create: false }, random)
  expect(data.sealer.keyId).toBe(masterKeyId)
})

test('an altered or unfinished backup leaves nothing behind', async () => {
  await openHssStore(folder.file('hss.db'), folder.sealer).close()
  await backUp()
  appendFileSync(at('backup/hss.db'), 'x')
  await expect(restore()).rejects.toThrow('hss.db is missing or was altered')
  rmSync(at('backup/backup.json'))
  await expect(restore()).rejects.toThrow('no finished backup')
  expect(existsSync(at('restored'))).toBe(false)
})

test('a folder that is in use is not overwritten, nor is one backed up in mid-rotation', async () => {
  await backUp()
  const taken = { data: at('data'), backup: at('backup') }
  await expect(restoreDataFolder(taken, { sqnMargin: 1 }, { random })).rejects.toThrow('not empty')
  const [current, former] = [1, 2].map((fill) => Secret.of(new Uint8Array(32).fill(fill)))
  if (current === undefined || former === undefined) throw new Error('no keys')
  replaceMasterKeys(at('data/master.key'), { current, former: [former] }, random)
  rmSync(at('backup'), { recursive: true })
  await expect(backUp()).rejects.toThrow('a rotation is unfinished')
  expect(existsSync(at('backup'))).toBe(false)
})

test('a server under load: what was accepted before is in it, in order and whole', async () => {
  const running = openServerStore(folder.file('server.db'), folder.sealer)
  const accepted: string[] = []
  const load = { isOn: true }
  const write = async (writer: number): Promise<void> => {
    for (let n = 0; load.isOn; n++) {
      const messageId = `m-${writer}-${n}`
      await running.acceptMessages([loadMessage(messageId)], NOW)
      accepted.push(messageId)
    }
  }
  const writers = [1, 2, 3, 4].map(write)
  const whenAccepted = async (count: number): Promise<void> => {
    while (accepted.length < count) await new Promise((resolve) => setImmediate(resolve))
  }
  await whenAccepted(100)
  const before = await backUpAmid(accepted)
  await whenAccepted(accepted.length + 50)
  load.isOn = false
  await Promise.all(writers)
  await running.close()

  await restore()
  const data = await openDataFolder(at('restored'), { create: false }, random)
  const restored = openServerStore(data.file('server.db'), data.sealer)
  const query = { to: 'urn:uuid:watch', afterPosition: -1, limit: 1e6, nowMs: NOW }
  const found = (await restored.waitingMessages(query)).map(({ messageId }) => messageId)
  await restored.close()
  expect(found.slice(0, before.length)).toEqual(before)
  expect(found).toEqual(accepted.slice(0, found.length))
  expect(found.length).toBeLessThan(accepted.length)
})

/**
 * Backs up until messages were accepted while one backup ran: a quick disk may be done before the next is.
 *
 * @returns What was accepted before that backup began.
 * @throws {Error} If none ever was: the backup then stops who writes, or the load is off.
 */
async function backUpAmid(accepted: readonly string[]): Promise<readonly string[]> {
  for (let tries = 0; tries < 100; tries++) {
    rmSync(at('backup'), { recursive: true, force: true })
    const before = [...accepted]
    await backUp()
    if (accepted.length > before.length) return before
  }
  throw new Error('no message was accepted while any of 100 backups ran')
}

function loadMessage(messageId: string) {
  return {
    messageId,
    from: 'urn:uuid:phone',
    to: 'urn:uuid:watch',
    contentType: 'text/plain',
    payload: new Uint8Array(2000).fill(7),
    expiresAtMs: NOW + 60_000,
  }
}
