/** Every key and password in a lab's data folder, and those that follow from them, in the forms they could leak in. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openDataFolder } from '../../src/adapters/data-folder/data-folder.ts'
import { openBsfStore } from '../../src/adapters/sqlite/bsf-store.ts'
import { openHssStore } from '../../src/adapters/sqlite/hss-store.ts'
import { openPneStore } from '../../src/adapters/sqlite/pne-store.ts'
import { openServerStore } from '../../src/adapters/sqlite/server-store.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { createMilenage } from '../../src/aka/milenage.ts'
import { flipResLsb } from '../../src/gba/gba-u.ts'
import { deriveKsExtNaf, deriveKsIntNaf } from '../../src/gba/ks-naf.ts'
import type { Btid } from '../../src/identity/btid.ts'
import { encodeNafId } from '../../src/identity/naf-id.ts'
import { IMPI, NAF_ID, OTHER_IMPI } from '../../src/lab/lab-names.ts'
import { toBase64, toHex } from '../../src/octets/octets.ts'
import { parseCardProfile } from '../../src/uicc/card-profile.ts'

/** Forms of each secret by a name that says what it is. */
export type Secrets = Map<string, readonly string[]>

/** @param path A data folder that no lab is using now. */
export async function collectSecrets(path: string): Promise<Secrets> {
  const secrets: Secrets = new Map()
  const add = (name: string, octets: Uint8Array): void => {
    const hex = toHex(octets)
    const base64 = toBase64(octets)
    const bare = base64.replace(/=+$/, '')
    const url = bare.replaceAll('+', '-').replaceAll('/', '_')
    const list = Array.from(octets).join(',')
    secrets.set(name, [hex, hex.toUpperCase(), bare, url, list])
  }
  const folder = await openDataFolder(path, { create: false }, createSystemRandom())
  add('master key', Buffer.from(readFileSync(join(path, 'master.key'), 'utf8').trim(), 'hex'))

  const hss = openHssStore(join(path, 'hss.db'), folder.sealer)
  const bsf = openBsfStore(join(path, 'bsf.db'), folder.sealer)
  for (const impi of [IMPI, OTHER_IMPI]) {
    const subscriber = await hss.findSubscriber(impi)
    if (subscriber === undefined) throw new Error(`${impi} is not in the HSS`)
    add(`K of ${impi}`, subscriber.subscriberKey.reveal())
    add(`OPc of ${impi}`, subscriber.operatorVariant.reveal())
  }
  for (const btid of column(join(path, 'bsf.db'), 'SELECT btid FROM bootstraps')) {
    const session = await bsf.findBootstrappingSession(btid as Btid, 0)
    if (session === undefined) throw new Error(`${btid} does not open`)
    const { ks, rand, impi } = session
    const subscriber = await hss.findSubscriber(impi)
    if (subscriber === undefined) throw new Error(`${impi} is not in the HSS`)
    const { subscriberKey: k, operatorVariant: opc } = subscriber
    const { res } = createMilenage({ k, opc }).f2345(rand)
    const input = { rand, impi, nafId: encodeNafId(NAF_ID) }
    add(`Ks of ${btid}`, ks.reveal())
    add(`CK of ${btid}`, ks.reveal().subarray(0, 16))
    add(`IK of ${btid}`, ks.reveal().subarray(16))
    add(`XRES of ${btid}`, res.reveal())
    add(`RES of ${btid}`, flipResLsb(res).reveal())
    add(`Ks_ext_NAF of ${btid}`, deriveKsExtNaf(ks, input).reveal())
    add(`Ks_int_NAF of ${btid}`, deriveKsIntNaf(ks, input).reveal())
  }
  for (const { key, id } of await bsf.loadSealingKeys('ub opaque'))
    add(`sealing ${id}`, key.reveal())
  await hss.close()
  await bsf.close()

  const server = openServerStore(join(path, 'server.db'), folder.sealer)
  for (const { entityId, id } of await server.listEuKeys()) {
    const found = await server.findEuKey(entityId, id)
    if (found !== undefined) add(`EUKey ${id} of ${entityId}`, found.euKey.key.reveal())
  }
  for (const { sessionId } of await server.listSessions(0)) {
    const session = await server.findSession(sessionId, 0)
    if (session !== undefined) add(`session key ${sessionId}`, session.sessionKey.reveal())
  }
  for (const { key, id } of await server.loadSealingKeys('cpns state')) {
    add(`sealing ${id}`, key.reveal())
  }
  await server.close()

  for (const name of readdirSync(path)) {
    if (/^pne-.*\.db$/.test(name)) {
      const pne = openPneStore(join(path, name), folder.sealer)
      const euKey = await pne.loadEuKey()
      if (euKey !== undefined) add(`EUKey in ${name}`, euKey.key.reveal())
      await pne.close()
    }
    if (name.endsWith('usim.json')) {
      const { credentials } = parseCardProfile(readFileSync(join(path, name), 'utf8'))
      add(`K in ${name}`, credentials.subscriberKey.reveal())
      add(`OPc in ${name}`, credentials.operatorVariant.reveal())
    }
  }
  for (const file of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('key.pem')) continue
    const [, body] = readFileSync(join(path, file), 'utf8').split('\n')
    secrets.set(`private key ${file}`, [body as string])
  }
  return secrets
}

function column(file: string, sql: string): string[] {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare<[], string>(sql).pluck().all()
  } finally {
    db.close()
  }
}
