import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { decodeMessage } from '../../cpns/messages.ts'
import { createRecordSealer } from '../../crypto/record-sealer.ts'
import { Secret } from '../../crypto/secret.ts'
import { AuthenticationFailed, ConfigurationInvalid } from '../../errors/errors.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parseFqdn } from '../../identity/fqdn.ts'
import { parseUaId, UA_ID_CPNS } from '../../identity/naf-id.ts'
import { utf8 } from '../../octets/octets.ts'
import { noLog } from '../../ports/log.ts'
import { noTrace } from '../../trace/trace.ts'
import { connectCpnsPost } from '../http/post-cpns.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { connectTls } from '../tls/connect-tls.ts'
import { type ServedCpnsServer, serveCpnsServer } from './serve-cpns-server.ts'

const random = createSystemRandom()

let folder: string
let release: (() => Promise<void>)[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-server-'))
  release = []
})
afterEach(async () => {
  for (const one of release.toReversed()) await one()
  rmSync(folder, { recursive: true, force: true })
})

async function serve(port = 0): Promise<ServedCpnsServer> {
  const sealer = createRecordSealer({ current: Secret.of(random.octets(32)) }, random)
  const store = openServerStore(':memory:', sealer)
  release.push(() => store.close())
  const served = await serveCpnsServer(
    {
      entityId: parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000001'),
      nodeId: 'test',
      nafFqdn: parseFqdn('cpns.example.org'),
      uaId: parseUaId(UA_ID_CPNS),
      gbaKeyType: 'ks-ext-naf',
      allowGbaMe: false,
      firstUse: 'refuse',
      algorithms: ['HMAC-SHA-256'],
      sessionLifetimeSeconds: { pnGw: 60, pne: 60 },
      listen: { host: '127.0.0.1', port },
      keepAliveMs: 100,
      certificateFolder: join(folder, 'tls'),
    },
    { store, zn: new Map(), clock: systemClock, random, log: noLog, trace: noTrace },
  )
  release.push(() => served.close())
  return served
}

const post = async (served: ServedCpnsServer, pin: string, octets: Uint8Array) => {
  const way = connectCpnsPost({ url: served.url, trust: { kind: 'pin', sha256: pin } })
  release.push(() => way.close())
  return way.post(octets)
}

test('it answers a message, under the key that it says', async () => {
  const served = await serve()
  const answer = decodeMessage((await post(served, served.pin, utf8('<x/>'))).body)
  expect(answer).toMatchObject({ name: 'Error', status: 400 })
  const wrong = post(served, 'ab'.repeat(32), utf8('<x/>'))
  await expect(wrong).rejects.toThrow(AuthenticationFailed)
})

test('a PN GW whose network is gone is cut off, one that is there is not', async () => {
  const served = await serve()
  const open = async () => {
    const trust = { kind: 'pin', sha256: served.pin } as const
    const port = Number(new URL(served.url).port)
    const socket = await connectTls({ host: '127.0.0.1', port, trust })
    const webSocket = new WebSocket(served.url, 'cpns2.v1', { createConnection: () => socket })
    await once(webSocket, 'open')
    return { socket, webSocket }
  }
  const [there, gone] = [await open(), await open()]
  gone.socket.pause()
  await pause(1_000)
  gone.socket.resume()
  await once(gone.webSocket, 'close')
  expect(there.webSocket.readyState).toBe(WebSocket.OPEN)
  there.webSocket.terminate()
})

test('its key stays the same', async () => {
  const first = await serve()
  await first.close()
  expect((await serve()).pin).toBe(first.pin)
})

test('a port that is taken: nothing is left running', async () => {
  const first = await serve()
  await expect(serve(Number(new URL(first.url).port))).rejects.toThrow(ConfigurationInvalid)
})

test('after close nobody is there; twice is once', async () => {
  const served = await serve()
  await Promise.all([served.close(), served.close()])
  await expect(post(served, served.pin, utf8('<x/>'))).rejects.toThrow()
})
