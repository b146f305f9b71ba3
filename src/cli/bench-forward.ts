/**
 * What `cpns bench forward` measures: messages of 256 octets from a PNE through a PN GW and a CPNS Server to
 * an application, each in a process of its own but for the application, beside a bare WebSocket over the
 * same two hops. Design 7, 8
 */
import { openPneStore } from '../adapters/sqlite/pne-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { connectFrameSocket } from '../adapters/ws/connect-frame-socket.ts'
import { serviceAddress } from '../cpns-server/services.ts'
import { createRecordSealer } from '../crypto/record-sealer.ts'
import { TransportFailed } from '../errors/errors.ts'
import { createPne, type Pne } from '../pne/create-pne.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { noLog } from '../ports/log.ts'
import { noTrace } from '../trace/trace.ts'
import { type CpnsSide, cpuOf, startCpnsSide } from './bench-cpns-process.ts'
import {
  BENCH_EUKEY,
  BENCH_SERVICE,
  benchGateway,
  benchPne,
  PAYLOAD_OCTETS,
} from './bench-cpns-world.ts'
import { type Load, type LoadRun, measureInTurn } from './bench-load.ts'
import { createQuestions, createRecordsClient, type Questions } from './bench-records.ts'
import type { WireFigure } from './bench-wire.ts'

/** Names of the ways to forward. */
export const FORWARD_WAYS = ['acknowledged', 'away', 'one-way'] as const
/** Which way. */
export type ForwardWay = (typeof FORWARD_WAYS)[number]

const ECHO =
  'WebSocket echo over the same two hops, TLS on both; records: that echo with the records of design 7'

/** What each is, and beside what. */
export const FORWARD_TITLES: Readonly<
  Record<ForwardWay, { readonly own: string; readonly baseline: string }>
> = {
  acknowledged: {
    own: 'messages PNE - PN GW - server - application, each answered when the application has it',
    baseline: ECHO,
  },
  away: {
    own: 'messages to a PNE that is away, each answered: durable in its mailbox',
    baseline: ECHO,
  },
  'one-way': {
    own: 'messages that reach the application, the sender being 256 ahead',
    baseline: ECHO,
  },
}

/** Messages that are under way at once when nobody waits for each. */
const AHEAD = 256
const random = createSystemRandom()
const payload = new Uint8Array(PAYLOAD_OCTETS)

interface Chain {
  /** From the far end to this side's neighbour. */
  readonly sides: readonly CpnsSide[]
  once(): Promise<unknown>
  close(): void
}

/** Measures each load beside its baseline. @throws {TransportFailed} If a message is refused. */
export async function measureForward(
  way: ForwardWay,
  loads: readonly number[],
  { seconds, tell = () => {} }: LoadRun,
): Promise<readonly WireFigure[]> {
  const chains: Chain[] = []
  const figures: WireFigure[] = []
  try {
    const own = await openOwnChain(way)
    chains.push(own)
    const bare = await openBareChain()
    chains.push(bare)
    const sealed = await openRecordsChain()
    chains.push(sealed)
    for (const inFlight of loadsOf(way, loads)) {
      const load = { inFlight, seconds }
      const [baseline, records, figure] = await measureInTurn(
        [answersOf(bare, load), answersOf(sealed, load), ownLoad(own, load, way)],
        systemClock,
        tell,
      )
      figures.push({ ...figure, baseline, records, ratio: figure.perSecond / baseline.perSecond })
    }
  } finally {
    for (const chain of chains) chain.close()
  }
  return figures
}

/** The loads of a way: one way there is one. */
export function loadsOf(way: ForwardWay, loads: readonly number[]): readonly number[] {
  return way === 'one-way' ? [AHEAD] : loads
}

type LoadSize = Pick<Load, 'inFlight' | 'seconds'>

function answersOf(chain: Chain, size: LoadSize): Load {
  return { ...size, once: () => chain.once(), cpu: cpuOf(chain.sides.toReversed()) }
}

/** One way, what counts is what has arrived at the far end meanwhile, not what was sent. */
function ownLoad(own: Chain, size: LoadSize, way: ForwardWay): Load {
  const answers = answersOf(own, size)
  const [far] = own.sides
  if (way !== 'one-way' || far === undefined) return answers
  return { ...answers, arrived: async () => (await far.status()).handled }
}

async function openOwnChain(way: ForwardWay): Promise<Chain> {
  const server = await startCpnsSide({ kind: 'server', gateways: 1, pnes: 2 })
  const gateway = await startCpnsSide({ kind: 'gateway', server })
  const pne = openBenchPne(gateway)
  await pne.start()
  const to = way === 'away' ? benchPne(1) : serviceAddress(BENCH_SERVICE)
  return {
    sides: [server, gateway],
    async once() {
      const status = await pne.send({ to, payload })
      if (status !== 200 && status !== 202) throw new TransportFailed(`a message was ${status}`)
    },
    close() {
      pne.stop()
      gateway.end()
      server.end()
    },
  }
}

function openBenchPne(gateway: CpnsSide): Pne {
  const sealer = createRecordSealer({ current: BENCH_EUKEY }, random)
  return createPne(
    {
      entityId: benchPne(0),
      gatewayEntityId: benchGateway(0),
      algorithms: ['HMAC-SHA-256'],
      renewAheadMs: 30_000,
    },
    {
      clock: systemClock,
      random,
      log: noLog,
      trace: noTrace,
      store: openPneStore(':memory:', sealer),
      credentials: { obtain: async () => ({ euKey: BENCH_EUKEY, keyType: 'assigned' }) },
      connectGateway: () => connectSide(gateway, 'cpns1.v1'),
      onMessage: () => {},
    },
  )
}

function connectSide({ url, pin }: CpnsSide, subprotocol: string): Promise<FrameSocket> {
  const trust = { kind: 'pin', sha256: pin } as const
  return connectFrameSocket({ url: url.replace(/^https/, 'wss'), subprotocol, trust })
}

const openRecordsChain = (): Promise<Chain> =>
  openBenchChain({ far: 'record-answers', relay: 'record-relay' }, createRecordsClient)

const openBareChain = (): Promise<Chain> =>
  openBenchChain({ far: 'echo', relay: 'relay' }, (socket) =>
    createQuestions(socket, { question: () => payload }),
  )

/** Two processes that do no more than they are measured for, and this one as what asks them. */
async function openBenchChain(
  kinds: { readonly far: 'echo' | 'record-answers'; readonly relay: 'relay' | 'record-relay' },
  createClient: (socket: FrameSocket) => Questions,
): Promise<Chain> {
  const far = await startCpnsSide({ kind: kinds.far })
  const relay = await startCpnsSide({ kind: kinds.relay, to: far })
  const socket = await connectSide(relay, 'bench')
  const client = createClient(socket)
  return {
    sides: [far, relay],
    once: () => client.once(),
    close() {
      socket.close()
      relay.end()
      far.end()
    },
  }
}
