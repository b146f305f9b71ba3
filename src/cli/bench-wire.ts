/**
 * What `cpns bench ub|zh|zn` measures: whole exchanges over real sockets with another process, durable stores
 * and real Milenage, beside a bare exchange of the same sizes in the same run. TS 24.109 4, TS 29.109 4, 5
 */
import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../adapters/system/system-clock.ts'
import { TransportFailed } from '../errors/errors.ts'
import {
  createClient,
  createUndiciClient,
  recordBootstrap,
  type WireClient,
} from './bench-clients.ts'
import {
  type Load,
  type LoadFigure,
  type LoadRun,
  measureInTurn,
  measureLoad,
} from './bench-load.ts'
import {
  type FarSideStart,
  type FarSideTold,
  type RecordedExchange,
  WIRE_OCTETS,
} from './bench-world.ts'

/** Names of the benchmarks. */
export const WIRE_BENCHES = ['ub', 'zh', 'zn'] as const
/** Which benchmark. */
export type WireBench = (typeof WIRE_BENCHES)[number]

/** What came of one load, and of its baseline, which took turns with it. */
export interface WireFigure extends LoadFigure {
  readonly baseline: LoadFigure
  /** The records of design 7 alone, where messages are forwarded: what no CPNS chain can be faster than. */
  readonly records?: LoadFigure
  /** Where the baseline is of HTTP: the same asked by undici, the client that Ub uses, in place of `node:http`. */
  readonly undici?: LoadFigure
  /** Share of the baseline's rate. */
  readonly ratio: number
}

/** What each is, in one line. */
export const WIRE_TITLES: Readonly<
  Record<WireBench, { readonly own: string; readonly baseline: string }>
> = {
  ub: {
    own: 'full Ub bootstraps (GBA_U): two exchanges, Milenage, rspauth, durable in two stores',
    baseline:
      'the headers and bodies of one bootstrap, repeated by bare node:http at both ends; undici: the same asked by that client, as our UE does',
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

/** This process as client of the other one. */
interface Pair {
  readonly port: number
  readonly client: WireClient
  /** Of this process and of the other. */
  readonly cpu: () => Promise<readonly number[]>
  readonly end: () => Promise<void>
}

/** How many figures a load has. */
export function figuresALoad(name: WireBench): number {
  return name === 'ub' ? 3 : 2
}

/** Measures each load beside its baseline. @throws {TransportFailed} If an exchange fails. */
export async function measureWire(
  name: WireBench,
  loads: readonly number[],
  { seconds, tell = () => {} }: LoadRun,
): Promise<readonly WireFigure[]> {
  const pairs: Pair[] = []
  const open = async (start: FarSideStart): Promise<Pair> => {
    const pair = await startPair(start)
    pairs.push(pair)
    return pair
  }
  const loadOf = ({ client, cpu }: Pair, inFlight: number): Load => {
    return { inFlight, seconds, once: () => client.once(), cpu }
  }
  const figures: WireFigure[] = []
  try {
    const own = await open({ kind: name })
    const start = await baselineOf(name, own.port)
    const bare = await open(start)
    const byUndici = start.kind === 'http' && byUndiciOf(bare, start.exchanges)
    if (byUndici) pairs.push(byUndici)
    const others = byUndici ? [byUndici] : []
    // Programs as they run, not as they start: all are compiled for what they do before they are measured.
    for (const pair of [bare, own, ...others]) {
      await measureLoad(loadOf(pair, Math.max(...loads)), systemClock)
    }
    for (const inFlight of loads) {
      const [baseline, figure, undici] = await measureInTurn(
        [
          loadOf(bare, inFlight),
          loadOf(own, inFlight),
          ...others.map((pair) => loadOf(pair, inFlight)),
        ],
        systemClock,
        tell,
      )
      const ratio = figure.perSecond / baseline.perSecond
      figures.push({ ...figure, baseline, ...(undici && { undici }), ratio })
    }
  } finally {
    await Promise.all(pairs.map((pair) => pair.end()))
  }
  return figures
}

/** What Ub sends is recorded, so that the bare exchange has the same headers, whatever they become. */
async function baselineOf(name: WireBench, ownPort: number): Promise<FarSideStart> {
  return name === 'ub'
    ? { kind: 'http', exchanges: await recordBootstrap(ownPort) }
    : { kind: 'tcp', octets: WIRE_OCTETS[name] }
}

/** Another client of the same server. */
function byUndiciOf(bare: Pair, exchanges: readonly RecordedExchange[]): Pair {
  const client = createUndiciClient(bare.port, exchanges)
  return { ...bare, client, end: async () => void (await client.close()) }
}

async function startPair(start: FarSideStart): Promise<Pair> {
  const { port, cpuMicros, end } = await startFarSide(start)
  const client = createClient(start, port)
  return {
    port,
    client,
    async cpu() {
      const { user, system } = process.cpuUsage()
      return [user + system, await cpuMicros()]
    },
    async end() {
      await client.close()
      end()
    },
  }
}

const PROGRAM = fileURLToPath(
  new URL(`./bench-far-side${extname(import.meta.url)}`, import.meta.url),
)

interface FarSide {
  readonly port: number
  readonly cpuMicros: () => Promise<number>
  readonly end: () => void
}

async function startFarSide(start: FarSideStart): Promise<FarSide> {
  const execArgv = PROGRAM.endsWith('.ts') ? ['--import', 'tsx'] : []
  const child = fork(PROGRAM, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const { port = 0 } = await told(child, start)
  return {
    port,
    async cpuMicros() {
      const { cpuMicros = Number.NaN } = await told(child, 'cpu')
      return cpuMicros
    },
    end: () => child.disconnect(),
  }
}

/** What the other process tells when it is asked. @throws {TransportFailed} If it fails or has ended. */
function told(child: ChildProcess, question: FarSideStart | 'cpu'): Promise<FarSideTold> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new TransportFailed('the other process has ended'))
    child.once('exit', onExit)
    child.once('message', (answer: FarSideTold) => {
      child.off('exit', onExit)
      if (answer.error === undefined) resolve(answer)
      else reject(new TransportFailed(`the other process: ${answer.error}`))
    })
    // Whoever has ended is told of by `exit`.
    child.send(question, () => {})
  })
}
