/**
 * What `cpns bench connect` measures: whole mutual authentications by `POST /cpns` over TLS with another
 * process, each with a durable session, beside a bare pair of HTTPS POSTs of the same bodies. CR 7.5.2
 */
import { connectCpnsPost } from '../adapters/http/post-cpns.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { type ClientConnected, IDLE, type StartEvent, step } from '../cpns/client-handshake.ts'
import { advance } from '../cpns/client-handshake-advance.ts'
import { createSoftwareProver } from '../cpns/eukey-prover.ts'
import { freshTransactionId } from '../cpns/transaction-id.ts'
import { TransportFailed } from '../errors/errors.ts'
import { fromUtf8 } from '../octets/octets.ts'
import { type CpnsSide, cpuOf, startCpnsSide } from './bench-cpns-process.ts'
import { BENCH_EUKEY, benchGateway } from './bench-cpns-world.ts'
import { type Load, type LoadRun, measureInTurn, measureLoad } from './bench-load.ts'
import type { WireFigure } from './bench-wire.ts'

/** What is measured, and beside what. */
export const CONNECT_TITLES = {
  own: 'mutual authentications by HTTPS: two POSTs, HASHes of both sides, a durable session each',
  baseline: 'two bare HTTPS POSTs with the same bodies and answers, on as many connections',
} as const

/** PN GWs that take turns. */
const GATEWAYS = 1000
const CONNECTIONS = 32

const random = createSystemRandom()

/** Sends one message and gives its answer. */
export type Ask = (octets: Uint8Array) => Promise<Uint8Array>

/** One handshake with the EUKey of the benchmarks. @throws {TransportFailed} If it comes to no session. */
export async function authenticateOnce(
  who: Pick<StartEvent, 'entityId' | 'role' | 'via'>,
  ask: Ask,
): Promise<ClientConnected> {
  const prover = createSoftwareProver(BENCH_EUKEY, random)
  const begun = step(IDLE, {
    kind: 'start',
    transactionId: freshTransactionId(random),
    randomClient: await prover.start(),
    ...who,
    keyType: 'assigned',
    algorithms: ['HMAC-SHA-256'],
  })
  const challenge = await ask(begun.send as Uint8Array)
  const proved = await advance(begun.state, { kind: 'message', octets: challenge }, prover)
  if (proved.send === undefined) throw new TransportFailed('the server gave no challenge')
  const answer = await ask(proved.send)
  const { outcome } = await advance(proved.state, { kind: 'message', octets: answer }, prover)
  if (outcome?.kind !== 'connected') throw new TransportFailed('the handshake failed')
  return outcome
}

/** Measures each load beside its baseline. @throws {TransportFailed} If an exchange fails. */
export async function measureConnect(
  loads: readonly number[],
  { seconds, tell = () => {} }: LoadRun,
): Promise<readonly WireFigure[]> {
  const server = await startCpnsSide({ kind: 'server', gateways: GATEWAYS, pnes: 0 })
  const own = postTo(server)
  const recorded = await recordHandshake(own.ask)
  const bare = await startCpnsSide({ kind: 'https', ...recorded.sizes })
  const plain = postTo(bare)
  let turn = 0
  const authentication = () => authenticateOnce(gatewayOf(turn++ % GATEWAYS), own.ask)
  const bareQuestions = async () => {
    for (const octets of recorded.questions) await plain.ask(octets)
  }
  const loadsOf = (inFlight: number): [baseline: Load, own: Load] => [
    { inFlight, seconds, once: bareQuestions, cpu: cpuOf([bare]) },
    { inFlight, seconds, once: authentication, cpu: cpuOf([server]) },
  ]
  const figures: WireFigure[] = []
  try {
    // Programs as they run, not as they start: both are compiled for what they do before they are measured.
    for (const load of loadsOf(CONNECTIONS)) await measureLoad(load, systemClock)
    for (const inFlight of loads) {
      const [baseline, figure] = await measureInTurn(loadsOf(inFlight), systemClock, tell)
      figures.push({ ...figure, baseline, ratio: figure.perSecond / baseline.perSecond })
    }
  } finally {
    await Promise.all([own.close(), plain.close()])
    server.end()
    bare.end()
  }
  return figures
}

const gatewayOf = (n: number) => ({ entityId: benchGateway(n), role: 'pn-gw' }) as const

function postTo({ url, pin }: CpnsSide) {
  const client = connectCpnsPost({
    url,
    connections: CONNECTIONS,
    trust: { kind: 'pin', sha256: pin },
  })
  const ask: Ask = async (octets) => (await client.post(octets)).body
  return { ask, close: () => client.close() }
}

/** The messages of one handshake, for the baseline. */
async function recordHandshake(ask: Ask) {
  const questions: Uint8Array[] = []
  const answers: string[] = []
  await authenticateOnce(gatewayOf(0), async (octets) => {
    const answer = await ask(octets)
    questions.push(octets)
    answers.push(fromUtf8(answer))
    return answer
  })
  return { questions, sizes: { questions: questions.map(({ length }) => length), answers } }
}
