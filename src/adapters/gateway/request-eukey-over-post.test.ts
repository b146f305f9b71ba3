import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parsePassword } from '../../cpns/password-keys.ts'
import { makeUser } from '../../cpns-server/users.ts'
import { createRecordSealer } from '../../crypto/record-sealer.ts'
import { Secret } from '../../crypto/secret.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parseFqdn } from '../../identity/fqdn.ts'
import { parseUaId, UA_ID_CPNS } from '../../identity/naf-id.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { noLog } from '../../ports/log.ts'
import { noTrace } from '../../trace/trace.ts'
import { serveCpnsServer } from '../cpns-server/serve-cpns-server.ts'
import { openPneStore } from '../sqlite/pne-store.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { requestEuKeyOverPost } from './request-eukey-over-post.ts'

const random = createSystemRandom()
const clock = systemClock
const sealer = createRecordSealer({ current: Secret.of(random.octets(32)) }, random)
const entityId = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000009')
const userId = parseUserId('alice')

let folder: string
let release: (() => Promise<void>)[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-login-'))
  release = []
})
afterEach(async () => {
  for (const one of release.toReversed()) await one()
  rmSync(folder, { recursive: true, force: true })
})

async function serve() {
  const store = openServerStore(':memory:', sealer)
  release.push(() => store.close())
  const cost = { n: 16_384, r: 8, p: 1 }
  const password = parsePassword('secret')
  await store.addUser(await makeUser({ userId, password, cost }, { clock, random }))
  const served = await serveCpnsServer(
    {
      entityId: parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000001'),
      nodeId: 'test',
      nafFqdn: parseFqdn('cpns.example.org'),
      uaId: parseUaId(UA_ID_CPNS),
      gbaKeyType: 'ks-ext-naf',
      allowGbaMe: false,
      firstUse: 'bind',
      algorithms: ['HMAC-SHA-256'],
      sessionLifetimeSeconds: { pnGw: 60, pne: 60 },
      passwords: { euKeyLifetimeSeconds: 120 },
      listen: { host: '127.0.0.1', port: 0 },
      certificateFolder: join(folder, 'tls'),
    },
    { store, zn: new Map(), clock, random, log: noLog, trace: noTrace },
  )
  release.push(() => served.close())
  const device = openPneStore(':memory:', sealer)
  release.push(() => device.close())
  const server = { url: served.url, trust: { kind: 'pin', sha256: served.pin } as const }
  const ask = (typed: string, url = server.url) =>
    requestEuKeyOverPost(
      { server: { ...server, url }, entityId, userId, password: parsePassword(typed) },
      { store: device, clock, random },
    )
  return { ask, store, device, url: served.url }
}

test('the EUKey of the server is the one that the device keeps, for no longer', async () => {
  const { ask, store, device } = await serve()
  const got = await ask('secret')
  const [made] = await store.findCandidateEuKeys(entityId, clock.nowMs())
  const kept = await device.loadEuKey()
  expect(kept).toMatchObject({ id: made?.id, expiresAtMs: got.expiresAtMs })
  expect(made && kept?.key.equals(made.key)).toBe(true)
  expect(got.expiresAtMs).toBeLessThanOrEqual(made?.expiresAtMs ?? 0)
})

test('a refusal leaves what the device has', async () => {
  const { ask, device } = await serve()
  const { id } = await ask('secret')
  await expect(ask('wrong')).rejects.toMatchObject({ status: 401 })
  expect((await device.loadEuKey())?.id).toBe(id)
})

test('another path is no CPNS Server, and another scheme than https is refused', async () => {
  const { ask, url } = await serve()
  await expect(ask('secret', `${url}/x`)).rejects.toThrow('HTTP status 404')
  await expect(ask('secret', 'http://127.0.0.1:1/cpns')).rejects.toThrow(ConfigurationInvalid)
})
