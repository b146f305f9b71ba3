/** SIGTERM at each entity: `/readyz` says so, what is under way is answered, and the exit status is 0. Issue 6, 3 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDiameterZh } from '../../src/adapters/diameter/zh.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { connectTls } from '../../src/adapters/tls/connect-tls.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import {
  NETWORK_IDS,
  NETWORK_NAMES,
  type NetworkProcess,
  type ProcessNetwork,
  startNetwork,
} from '../support/process-network.ts'
import { type CommandResult, startCpns } from '../support/run-cpns.ts'

const ENTITIES = ['hss', 'bsf', 'server', 'gateway'] as const
const BODY = '<nothing/>'

let network: ProcessNetwork
beforeAll(async () => {
  // Each vector of the HSS is a commit, which a test can hold up.
  const each = { hss: ['--lease-size', '1'], bsf: [], server: [], gateway: [] }
  network = await startNetwork((entity) => ['--metrics', '127.0.0.1:0', ...each[entity]])
}, 300_000)
afterAll(() => network?.close())

/** Status and reason of `/readyz`; `undefined` where nobody listens. */
async function readyOf(entity: NetworkProcess): Promise<string | undefined> {
  const url = entity.said('metrics').replace('/metrics', '/readyz')
  try {
    const answer = await fetch(url)
    const { detail = 'ready' } = (await answer.json()) as { detail?: string }
    return `${answer.status} ${detail}`
  } catch {
    return undefined
  }
}

/** A request whose body is half there. */
async function beginRequest(socket: Socket, path: string): Promise<() => Promise<string>> {
  let heard = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  socket.on('error', () => {})
  const ended = once(socket, 'close')
  const type = 'Content-Type: application/vnd.oma.cpns+xml'
  const head = [`POST ${path} HTTP/1.1`, 'Host: localhost', type, `Content-Length: ${BODY.length}`]
  socket.write(`${head.join('\r\n')}\r\n\r\n${BODY.slice(0, 5)}`)
  await pause(300)
  return async () => {
    socket.write(BODY.slice(5))
    await ended
    return heard
  }
}

async function openTls(url: URL): Promise<Socket> {
  const trust = { kind: 'pin', sha256: network.server.said('pin') } as const
  return await connectTls({ host: url.hostname, port: Number(url.port), trust, timeoutMs: 10_000 })
}

async function openPlain(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

test('all are ready', async () => {
  for (const entity of ENTITIES) expect(await readyOf(network[entity]), entity).toBe('200 ready')
})

async function expectOrder(entity: NetworkProcess, ended: Promise<CommandResult>): Promise<void> {
  const { status, stdout, stderr } = await ended
  expect(status, stderr).toBe(0)
  expect(stdout).toContain('has stopped.')
  expect(await readyOf(entity)).toBeUndefined()
}

test('gateway ends in order; the PNE whose handshake is under way gets on by the next one', async () => {
  const { gateway, server } = network
  await network.pairSensor()
  server.child.kill('SIGSTOP')
  const to = ['--to', NETWORK_IDS.sensor, '--json', 'hello']
  const sending = startCpns(['pne', 'send', '--data', network.path('sensor'), ...to])
  const numbers = async () => await (await fetch(gateway.said('metrics'))).text()
  const underWay = /^cpns_messages_total\{point="CPNS-1",message="ConnectRequest",\S+ 1$/m
  try {
    await expect.poll(numbers, { timeout: 30_000 }).toMatch(underWay)
    await expectOrder(gateway, gateway.end('SIGTERM'))
    expect(sending.child.exitCode).toBeNull()
  } finally {
    server.child.kill('SIGCONT')
  }
  const next = await network.startGateway(new URL(gateway.said('PNEs')).host)
  const sent = await sending.ended
  expect(sent.status, sent.stderr).toBe(0)
  expect(JSON.parse(sent.stdout)).toMatchObject({ status: 202 })
  await expectOrder(next, next.end('SIGTERM'))
}, 120_000)

test.each([
  ['server', ['CPNS-2', openTls]],
  ['bsf', ['Ub', openPlain]],
] as const)(
  '%s ends in order, and answers the request whose body is half there',
  async (name, [word, open]) => {
    const entity = network[name]
    const url = new URL(entity.said(word))
    const finish = await beginRequest(await open(url), url.pathname)
    const ended = entity.end('SIGTERM')
    await pause(500)
    expect(await readyOf(entity)).toBe('503 draining')
    expect(await finish()).toMatch(/^HTTP\/1\.1 [245]\d\d /)
    await expectOrder(entity, ended)
  },
  60_000,
)

test('hss ends in order, and gives the vector that was asked for before', async () => {
  const { hss } = network
  const [host = '', port = ''] = hss.said('Zh').split(':')
  const target = { host, port: Number(port), originHost: NETWORK_NAMES.hss }
  const zh = connectDiameterZh(
    {
      originHost: NETWORK_NAMES.bsf,
      originRealm: NETWORK_NAMES.bsf.replace(/^bsf\./, ''),
      destinationRealm: NETWORK_NAMES.hss.replace(/^hss\./, ''),
      targets: [target],
    },
    { clock: systemClock, random: createSystemRandom() },
  )
  const ask = () => zh.requestVector({ impi: parseImpi(NETWORK_NAMES.impi) })
  expect((await ask()).outcome).toBe('success')
  // As another process that writes: the commit of the vector waits for it.
  const writer = new Database(network.path('hss/hss.db'))
  writer.exec('BEGIN IMMEDIATE')
  const asked = ask()
  await pause(500)
  const ended = hss.end('SIGTERM')
  await pause(200)
  writer.exec('ROLLBACK')
  writer.close()
  expect((await asked).outcome).toBe('success')
  await zh.close()
  await expectOrder(hss, ended)
}, 60_000)
