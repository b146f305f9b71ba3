/** The other process of a benchmark: the entity that is measured, or its baseline; ends with its parent. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
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
  BASELINE_BODY,
  BASELINE_HEADERS,
  BENCH_K,
  BENCH_OPC,
  BENCH_SUBSCRIBERS,
  BSF_NAMES,
  type FarSideKind,
  HSS_NAMES,
  impiOf,
  NAF_NAMES,
  randOf,
  ZH_OCTETS,
} from './bench-world.ts'

const LIFETIME_SECONDS = 3600
const random = createSystemRandom()
const ports = { clock: systemClock, random }
const folderPath = join(tmpdir(), `cpns-bench-${process.pid}-${randomBytes(4).toString('hex')}`)

process.on('disconnect', () => process.exit())
process.on('exit', () => rmSync(folderPath, { recursive: true, force: true }))
process.once('message', (kind: FarSideKind) => {
  STARTS[kind]().then(
    (port) => process.send?.({ port }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})

const STARTS: Readonly<Record<FarSideKind, () => Promise<number>>> = {
  http: () => listening(createHttpServer(answerBare)),
  tcp: () => listening(createTcpServer(echoSizes)),
  zh: serveZh,
  zn: serveZn,
  ub: async () => (await serveUb({ bsf: await startBsf(await startHss()), ...LOOPBACK })).port,
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

/** The sizes of Ub without what is in them: a challenge to a request without body, then the answer. */
const answerBare: Parameters<typeof createHttpServer>[1] = (request, response) => {
  const isFirst = request.headers['x-exchange'] === '1'
  response.writeHead(isFirst ? 401 : 200, BASELINE_HEADERS).end(isFirst ? '' : BASELINE_BODY)
}

/** As many octets as a MAA has for as many as a MAR has. */
function echoSizes(
  socket: Parameters<NonNullable<Parameters<typeof createTcpServer>[1]>>[0],
): void {
  const answer = new Uint8Array(ZH_OCTETS.answer)
  let held = 0
  socket.setNoDelay(true).on('error', () => {})
  socket.on('data', (octets) => {
    held += octets.length
    const whole = Math.floor(held / ZH_OCTETS.request)
    held -= whole * ZH_OCTETS.request
    socket.cork()
    for (let n = 0; n < whole; n++) socket.write(answer)
    socket.uncork()
  })
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
