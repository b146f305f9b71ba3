/**
 * What `cpns bench ub|zh|zn` measures: whole exchanges over real sockets with another process, durable stores
 * and real Milenage, beside a bare exchange of the same sizes in the same run. TS 24.109 4, TS 29.109 4, 5
 */
import { fork } from 'node:child_process'
import { connect } from 'node:net'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
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
import { formatBtid } from '../identity/btid.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import { type LoadFigure, measureLoad } from './bench-load.ts'
import {
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

/** Names of the benchmarks. */
export const WIRE_BENCHES = ['ub', 'zh', 'zn'] as const
/** Which benchmark. */
export type WireBench = (typeof WIRE_BENCHES)[number]

/** What came of one load, and of its baseline right before. */
export interface WireFigure extends LoadFigure {
  readonly baseline: LoadFigure
  /** Share of the baseline's rate. */
  readonly ratio: number
}

/** What each is, in one line. */
export const WIRE_TITLES: Readonly<
  Record<WireBench, { readonly own: string; readonly baseline: string }>
> = {
  ub: {
    own: 'full Ub bootstraps (GBA_U): two exchanges, Milenage, rspauth, durable in two stores',
    baseline: 'two bare node:http exchanges of the same sizes',
  },
  zh: {
    own: 'Zh vectors over one Diameter connection, 1,000 subscribers, durable SQN leases',
    baseline: 'bare TCP echo of the same sizes, one connection',
  },
  zn: {
    own: 'Zn keys over one Diameter connection, 1,000 bootstrapping sessions',
    baseline: 'bare TCP echo of the same sizes, one connection',
  },
}

const CONNECTIONS = 32
const random = createSystemRandom()
const ports = { clock: systemClock, random }

/** One operation over the wire, and the end of it. */
interface Client {
  once(): Promise<unknown>
  close(): Promise<unknown>
}

/** Measures each load beside its baseline. @throws {TransportFailed} If an exchange fails. */
export async function measureWire(
  name: WireBench,
  loads: readonly number[],
  seconds: number,
): Promise<readonly WireFigure[]> {
  const baselineKind = name === 'ub' ? 'http' : 'tcp'
  const [own, bare] = await Promise.all([startFarSide(name), startFarSide(baselineKind)])
  const clients = [CLIENTS[name](own.port), CLIENTS[baselineKind](bare.port)] as const
  const figures: WireFigure[] = []
  try {
    for (const inFlight of loads) {
      const measure = (client: Client) =>
        measureLoad({ inFlight, seconds, once: () => client.once() }, systemClock)
      const baseline = await measure(clients[1])
      const figure = await measure(clients[0])
      figures.push({ ...figure, baseline, ratio: figure.perSecond / baseline.perSecond })
    }
  } finally {
    await Promise.all(clients.map((client) => client.close()))
    own.end()
    bare.end()
  }
  return figures
}

const CLIENTS: Readonly<Record<FarSideKind, (port: number) => Client>> = {
  ub: ubClient,
  zh: zhClient,
  zn: znClient,
  http: httpClient,
  tcp: tcpClient,
}

const PROGRAM = fileURLToPath(
  new URL(`./bench-far-side${extname(import.meta.url)}`, import.meta.url),
)

function startFarSide(kind: FarSideKind): Promise<{ readonly port: number; end(): void }> {
  const execArgv = PROGRAM.endsWith('.ts') ? ['--import', 'tsx'] : []
  const child = fork(PROGRAM, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new TransportFailed('the other process has ended')))
    child.once('message', ({ port, error }: { port?: number; error?: string }) => {
      if (port === undefined) reject(new TransportFailed(`the other process: ${error}`))
      else resolve({ port, end: () => child.disconnect() })
    })
    child.send(kind)
  })
}

function ubClient(port: number): Client {
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

function zhClient(port: number): Client {
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

function znClient(port: number): Client {
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

function httpClient(port: number): Client {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS })
  const exchange = async (number: string) => {
    const headers = { ...BASELINE_HEADERS, 'x-exchange': number }
    const { body } = await pool.request({ method: 'GET', path: '/', headers })
    await body.arrayBuffer()
  }
  return {
    async once() {
      await exchange('1')
      await exchange('2')
    },
    close: () => pool.destroy(),
  }
}

function tcpClient(port: number): Client {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const request = new Uint8Array(ZH_OCTETS.request)
  const waiting: (() => void)[] = []
  let held = 0
  socket.on('data', (octets) => {
    held += octets.length
    for (; held >= ZH_OCTETS.answer; held -= ZH_OCTETS.answer) waiting.shift()?.()
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
