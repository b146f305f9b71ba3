/** The other process of a benchmark: the entity that is measured, or its baseline; ends with its parent. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { serveDiameterZh } from '../adapters/diameter/zh.ts'
import { serveDiameterZn } from '../adapters/diameter/zn.ts'
import { openBsfStore } from '../adapters/sqlite/bsf-store.ts'
import { openHssStore } from '../adapters/sqlite/hss-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { serveUb } from '../adapters/ub/serve-ub.ts'
import { createBsf } from '../bsf/create-bsf.ts'
import { Secret } from '../crypto/secret.ts'
import { formatGuss } from '../gba/guss.ts'
import type { Zh } from '../gba/zh.ts'
import { createHss } from '../hss/create-hss.ts'
import { formatBtid } from '../identity/btid.ts'
import {
  BENCH_K,
  BENCH_OPC,
  BENCH_SUBSCRIBERS,
  BSF_NAMES,
  type FarSideStart,
  type FarSideTold,
  HSS_NAMES,
  impiOf,
  NAF_NAMES,
  type RecordedExchange,
  randOf,
  type WireOctets,
} from './bench-world.ts'

const LIFETIME_SECONDS = 3600
const random = createSystemRandom()
const ports = { clock: systemClock, random }
const folderPath = join(tmpdir(), `cpns-bench-${process.pid}-${randomBytes(4).toString('hex')}`)

// Ctrl-C reaches every process of a terminal; this one ends with who started it, and takes its folder along.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => process.exit())
process.on('disconnect', () => process.exit())
process.on('exit', () => rmSync(folderPath, { recursive: true, force: true }))
const tell = (told: FarSideTold): void => void process.send?.(told, undefined, undefined, () => {})

process.on('message', (asked: FarSideStart | 'cpu') => {
  if (asked === 'cpu') {
    const { user, system } = process.cpuUsage()
    tell({ cpuMicros: user + system })
    return
  }
  serve(asked).then(
    (port) => tell({ port }),
    (error: unknown) => tell({ error: String(error) }),
  )
})

/** @returns The port. */
async function serve(start: FarSideStart): Promise<number> {
  switch (start.kind) {
    case 'ub':
      return (await serveUb({ bsf: await startBsf(await startHss()), ...LOOPBACK })).port
    case 'zh':
      return serveZh()
    case 'zn':
      return serveZn()
    case 'http':
      return listening(createHttpServer(bareAnswers(start.exchanges)))
    case 'tcp':
      break
  }
  return listening(createTcpServer((socket) => echoSizes(socket, start.octets)))
}

async function serveZh(): Promise<number> {
  const hss = await startHss()
  const server = await serveDiameterZh(
    { hss, bsfs: [BSF_NAMES.originHost], ...HSS_NAMES, ...LOOPBACK },
    ports,
  )
  return server.port
}

const LOOPBACK = { host: '127.0.0.1', port: 0 }

async function startHss(): Promise<Zh> {
  const folder = await openDataFolder(folderPath, { create: true }, random)
  const store = openHssStore(folder.file('hss.db'), folder.sealer)
  const subscribers = Array.from({ length: BENCH_SUBSCRIBERS }, (_, n) => impiOf(n))
  await Promise.all(
    subscribers.map((impi) =>
      store.addSubscriber({
        impi,
        algorithm: 'milenage',
        subscriberKey: BENCH_K,
        operatorVariant: BENCH_OPC,
        amf: new Uint8Array(2),
        guss: formatGuss({
          id: impi,
          uiccType: 'GBA_U',
          lifeTimeSeconds: LIFETIME_SECONDS,
          ussList: [],
        }),
      }),
    ),
  )
  return createHss({ nodeName: 'bench' }, { ...ports, store })
}

async function openBsf(zh: Zh) {
  const folder = await openDataFolder(folderPath, { create: true }, random)
  const store = openBsfStore(folder.file('bsf.db'), folder.sealer)
  const nafs = [{ originHost: NAF_NAMES.originHost, fqdns: [NAF_NAMES.originHost] }]
  const bsf = createBsf({ bsfName: BSF_NAMES.originHost, nafs }, { ...ports, store, zh })
  return { bsf, store }
}

const startBsf = async (zh: Zh) => (await openBsf(zh)).bsf

async function serveZn(): Promise<number> {
  const { bsf, store } = await openBsf({
    requestVector: async () => ({ outcome: 'unavailable' }),
  })
  const createdAtMs = Math.floor(systemClock.nowMs() / 1000) * 1000
  const sessions = Array.from({ length: BENCH_SUBSCRIBERS }, (_, n) => n)
  await Promise.all(
    sessions.map((n) => {
      const rand = randOf(n)
      const session = {
        btid: formatBtid({ rand, bsfName: BSF_NAMES.originHost }),
        impi: impiOf(n),
        rand,
        ks: Secret.of(random.octets(32)),
        gbaType: 'GBA_U' as const,
        createdAtMs,
        expiresAtMs: createdAtMs + LIFETIME_SECONDS * 1000,
      }
      return store.completeBootstrapping(session, { rand, forgetAfterMs: createdAtMs })
    }),
  )
  const names = { ...BSF_NAMES, peers: [NAF_NAMES.originHost] }
  return (await serveDiameterZn({ bsf, ...names, ...LOOPBACK }, ports)).port
}

/** What Ub sends, without what makes it: `/0` gets the first answer, `/1` the second. */
function bareAnswers(exchanges: readonly RecordedExchange[]): RequestListener {
  const answers = exchanges.map(({ answer: { status, headers, body } }) => {
    return { status, headers: { ...headers, 'content-length': body.length }, body }
  })
  return ({ url = '' }, response) => {
    const { status = 404, headers = {}, body = '' } = answers[Number(url.slice(1))] ?? {}
    response.writeHead(status, headers).end(body, 'latin1')
  }
}

/** As many octets as an answer has for as many as a request has. */
function echoSizes(socket: Socket, { request, answer }: WireOctets): void {
  const answered = new Uint8Array(answer)
  let held = 0
  socket.setNoDelay(true).on('error', () => {})
  socket.on('data', ({ length }) => {
    held += length
    const whole = Math.floor(held / request)
    held -= whole * request
    socket.cork()
    for (let n = 0; n < whole; n++) socket.write(answered)
    socket.uncork()
  })
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
