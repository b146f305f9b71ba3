/** The near side of `cpns bench ub|zh|zn` and of their baselines: one operation at a time over the wire. */
import { Agent, request as requestHttp } from 'node:http'
import { connect } from 'node:net'
import { Pool } from 'undici'
import { connectDiameterZh } from '../adapters/diameter/zh.ts'
import { connectDiameterZn } from '../adapters/diameter/zn.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { connectUb } from '../adapters/ub/connect-ub.ts'
import { createMilenage } from '../aka/milenage.ts'
import { TransportFailed } from '../errors/errors.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import { flipResLsb } from '../gba/gba-u.ts'
import { bootstrap } from '../gba/ub-client.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import { formatBtid } from '../identity/btid.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import {
  BENCH_K,
  BENCH_OPC,
  BENCH_SUBSCRIBERS,
  BSF_NAMES,
  type FarSideStart,
  HSS_NAMES,
  impiOf,
  NAF_NAMES,
  type RecordedExchange,
  randOf,
  type WireOctets,
} from './bench-world.ts'

/** One operation over the wire, and the end of it. */
export interface WireClient {
  /** @throws {TransportFailed} If it does not succeed. */
  once(): Promise<unknown>
  close(): Promise<unknown>
}

const CONNECTIONS = 32
const random = createSystemRandom()
const ports = { clock: systemClock, random }

/** The client of a far side of this kind, which listens on the loopback. */
export function createClient(start: FarSideStart, port: number): WireClient {
  switch (start.kind) {
    case 'ub':
      return ubClient(port)
    case 'zh':
      return zhClient(port)
    case 'zn':
      return znClient(port)
    case 'http':
      return httpClient(port, start.exchanges)
    case 'tcp':
      break
  }
  return tcpClient(port, start.octets)
}

/** The exchanges of one bootstrap, without the headers that every HTTP server adds by itself. */
export async function recordBootstrap(port: number): Promise<readonly RecordedExchange[]> {
  const connection = connectUb({ baseUrl: `http://127.0.0.1:${port}` })
  const recorded: RecordedExchange[] = []
  const ub: UbExchange = {
    async exchange(request) {
      const { status, headers, body } = await connection.exchange(request)
      const own = Object.entries(headers).filter(([name]) => !SERVER_HEADERS.includes(name))
      recorded.push({
        request: singleValues(Object.entries(request.headers)),
        answer: { status, headers: singleValues(own), body: Buffer.from(body).toString('latin1') },
      })
      return { status, headers, body }
    },
  }
  try {
    const { outcome } = await bootstrap({ card: benchCard(0), ub, ...ports })
    if (outcome !== 'success') throw new TransportFailed(`a bootstrap ended: ${outcome}`)
  } finally {
    await connection.close()
  }
  return recorded
}

const SERVER_HEADERS = ['date', 'connection', 'keep-alive', 'content-length']

function singleValues(
  headers: readonly (readonly [name: string, values: readonly string[]])[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(headers.map(([name, values]) => [name, values.join(', ')]))
}

function ubClient(port: number): WireClient {
  const ub = connectUb({ baseUrl: `http://127.0.0.1:${port}`, connections: CONNECTIONS })
  const next = createTurns()
  return {
    async once() {
      const { outcome } = await bootstrap({ card: benchCard(next()), ub, ...ports })
      if (outcome !== 'success') throw new TransportFailed(`a bootstrap ended: ${outcome}`)
    },
    close: () => ub.close(),
  }
}

const milenage = createMilenage({ k: BENCH_K, opc: BENCH_OPC })

/** A card that does not check SQN: what is measured is the network's side. */
function benchCard(n: number): GbaCard {
  const none = async () => undefined
  return {
    application: 'USIM',
    impi: impiOf(n),
    bsfName: BSF_NAMES.originHost,
    supportsGbaU: true,
    async bootstrap({ rand }) {
      return { outcome: 'success', res: flipResLsb(milenage.f2345(rand).res) }
    },
    authenticateUmts: async () => ({ outcome: 'mac-failure' }),
    writeBootstrap: none,
    readBootstrap: none,
    deriveKsExtNaf: none,
    close: none,
  }
}

function zhClient(port: number): WireClient {
  const targets = [{ host: '127.0.0.1', port, originHost: HSS_NAMES.originHost }]
  const destinationRealm = HSS_NAMES.originRealm
  const zh = connectDiameterZh({ ...BSF_NAMES, targets, destinationRealm }, ports)
  const next = createTurns()
  return {
    async once() {
      const { outcome } = await zh.requestVector({ impi: impiOf(next()) })
      if (outcome !== 'success') throw new TransportFailed(`Zh answered: ${outcome}`)
    },
    close: () => zh.close(),
  }
}

function znClient(port: number): WireClient {
  const targets = [{ host: '127.0.0.1', port, originHost: BSF_NAMES.originHost }]
  const destinationRealm = BSF_NAMES.originRealm
  const zn = connectDiameterZn({ ...NAF_NAMES, targets, destinationRealm }, ports)
  const next = createTurns()
  const nafId = { nafFqdn: NAF_NAMES.originHost, uaId: UA_ID_CPNS }
  return {
    async once() {
      const btid = formatBtid({ rand: randOf(next()), bsfName: BSF_NAMES.originHost })
      const request = { btid, nafId, gsids: [], gbaUAware: true }
      const { outcome } = await zn.requestBootstrappingInfo(request)
      if (outcome !== 'success') throw new TransportFailed(`Zn answered: ${outcome}`)
    },
    close: () => zn.close(),
  }
}

/** The HTTP client of Node.js, with nothing around it. */
function httpClient(port: number, exchanges: readonly RecordedExchange[]): WireClient {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const exchange = (headers: RecordedExchange['request'], n: number) =>
    new Promise<void>((resolve, reject) => {
      const request = requestHttp({ host: '127.0.0.1', port, path: `/${n}`, headers, agent })
      request.on('error', reject).on('response', (answer) => {
        answer.on('error', reject).on('end', resolve).resume()
      })
      request.end()
    })
  return {
    async once() {
      for (const [n, { request }] of exchanges.entries()) await exchange(request, n)
    },
    close: async () => agent.destroy(),
  }
}

/** The HTTP client that Ub uses, with nothing around it; for a far side of kind `http`. */
export function createUndiciClient(
  port: number,
  exchanges: readonly RecordedExchange[],
): WireClient {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS })
  return {
    async once() {
      for (const [n, { request: headers }] of exchanges.entries()) {
        const { body } = await pool.request({ method: 'GET', path: `/${n}`, headers })
        await body.bytes()
      }
    },
    close: () => pool.destroy(),
  }
}

function tcpClient(port: number, octets: WireOctets): WireClient {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const request = new Uint8Array(octets.request)
  const waiting: (() => void)[] = []
  let held = 0
  socket.on('data', ({ length }) => {
    held += length
    for (; held >= octets.answer; held -= octets.answer) waiting.shift()?.()
  })
  return {
    once: () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve)
        socket.write(request)
      }),
    async close() {
      socket.destroy()
    },
  }
}

function createTurns(): () => number {
  let n = 0
  return () => {
    n = (n + 1) % BENCH_SUBSCRIBERS
    return n
  }
}
