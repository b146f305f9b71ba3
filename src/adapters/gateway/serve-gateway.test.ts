import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import { openUiccApplication } from '../../gba/uicc-terminal.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parseFqdn } from '../../identity/fqdn.ts'
import { UA_ID_CPNS } from '../../identity/naf-id.ts'
import { noLog } from '../../ports/log.ts'
import { noTrace } from '../../trace/trace.ts'
import { createTestCard } from '../../uicc/uicc.fixture.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { connectTls } from '../tls/connect-tls.ts'
import { connectFrameSocket } from '../ws/connect-frame-socket.ts'
import { type ServeGatewayOptions, serveGateway } from './serve-gateway.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-gateway-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const optionsWith = (listen: ServeGatewayOptions['listen']): ServeGatewayOptions => ({
  keepAliveMs: 100,
  entityId: parseEntityId('urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a20'),
  name: 'PN GW',
  serverName: 'CPNS Server',
  nafId: { nafFqdn: parseFqdn('cpns.example.org'), uaId: UA_ID_CPNS },
  server: { url: 'https://127.0.0.1:1/cpns', trust: { kind: 'pin', sha256: 'ab'.repeat(32) } },
  listen,
  certificateFolder: join(folder, 'gateway-tls'),
  renewAheadMs: 0,
})

async function serve(listen: ServeGatewayOptions['listen']) {
  const { reader } = await createTestCard()
  const card = await openUiccApplication(reader)
  const ub = { exchange: () => Promise.reject(new TransportFailed('there is no BSF')) }
  return serveGateway(optionsWith(listen), {
    card,
    ub,
    clock: systemClock,
    random: createSystemRandom(),
    trace: noTrace,
    log: noLog,
  })
}

test.each([
  ['127.0.0.1', /^wss:\/\/127\.0\.0\.1:\d+\/pne$/],
  ['::1', /^wss:\/\/\[::1\]:\d+\/pne$/],
  ['localhost', /^wss:\/\/localhost:\d+\/pne$/],
])('PNEs reach it at %s under the key that it names', async (host, url) => {
  const served = await serve({ host, port: 0 })
  expect(served.url).toMatch(url)
  const target = { url: served.url, subprotocol: 'cpns1.v1' }
  const socket = await connectFrameSocket({
    ...target,
    trust: { kind: 'pin', sha256: served.pin },
  })
  await served.close()
  await served.close()
  expect(await socket.receive()).toBeUndefined()
  await expect(connectFrameSocket(target)).rejects.toThrow()
})

test('a PNE whose network is gone is cut off, one that is there is not', async () => {
  const served = await serve({ host: '127.0.0.1', port: 0 })
  const open = async () => {
    const socket = await connectTls({
      host: '127.0.0.1',
      port: Number(new URL(served.url).port),
      trust: { kind: 'pin', sha256: served.pin },
    })
    const webSocket = new WebSocket(served.url, 'cpns1.v1', { createConnection: () => socket })
    await once(webSocket, 'open')
    return { socket, webSocket }
  }
  const [there, gone] = [await open(), await open()]
  gone.socket.pause()
  await expect.poll(() => served.gateway.pneCount, { timeout: 5_000 }).toBe(1)
  expect(there.webSocket.readyState).toBe(WebSocket.OPEN)
  gone.socket.destroy()
  await served.close()
})

test('its key is kept for the next start', async () => {
  const first = await serve({ host: '127.0.0.1', port: 0 })
  await first.close()
  const second = await serve({ host: '127.0.0.1', port: 0 })
  await second.close()
  expect(second.pin).toBe(first.pin)
})

test('a port that is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await expect(serve({ host: '127.0.0.1', port })).rejects.toThrow(ConfigurationInvalid)
  server.close()
})

test('who stops it before it has a session is told', async () => {
  const served = await serve({ host: '127.0.0.1', port: 0 })
  const started = served.gateway.start()
  await Promise.all([expect(started).rejects.toThrow('the link was stopped'), served.close()])
})
