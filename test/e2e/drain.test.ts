/** SIGTERM at each entity: `/readyz` says so, what is under way is answered, and the exit status is 0. Issue 6, 3 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectTls } from '../../src/adapters/tls/connect-tls.ts'
import {
  type NetworkProcess,
  type ProcessNetwork,
  startNetwork,
} from '../support/process-network.ts'

const ENTITIES = ['hss', 'bsf', 'server', 'gateway'] as const
const BODY = '<nothing/>'

let network: ProcessNetwork
beforeAll(async () => {
  network = await startNetwork(() => ['--metrics', '127.0.0.1:0'])
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

test.each([
  ['gateway', undefined],
  ['server', ['CPNS-2', openTls]],
  ['bsf', ['Ub', openPlain]],
  ['hss', undefined],
] as const)(
  '%s ends in order',
  async (name, way) => {
    const entity = network[name]
    const finish =
      way &&
      (await beginRequest(
        await way[1](new URL(entity.said(way[0]))),
        new URL(entity.said(way[0])).pathname,
      ))
    const ended = entity.end('SIGTERM')
    if (finish !== undefined) {
      await pause(500)
      expect(await readyOf(entity)).toBe('503 draining')
      expect(await finish()).toMatch(/^HTTP\/1\.1 [245]\d\d /)
    }
    const { status, stdout, stderr } = await ended
    expect(status, stderr).toBe(0)
    expect(stdout).toContain('has stopped.')
    expect(await readyOf(entity)).toBeUndefined()
  },
  60_000,
)
