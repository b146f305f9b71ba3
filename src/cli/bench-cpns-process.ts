/** Starts a process of the CPNS benchmarks, and asks it how it is. */
import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TransportFailed } from '../errors/errors.ts'
import type {
  BenchAddress,
  CpnsSideQuestion,
  CpnsSideStart,
  CpnsSideTold,
} from './bench-cpns-world.ts'

/** How a process is. */
export type CpnsSideStatus = Required<Pick<CpnsSideTold, 'cpuMicros' | 'handled'>>

/** A process that serves. */
export interface CpnsSide extends BenchAddress {
  status(): Promise<CpnsSideStatus>
  /** Its resident memory after a garbage collection: for a while after it, it is slow. */
  residentOctets(): Promise<number>
  end(): void
}

const PROGRAM = fileURLToPath(
  new URL(`./bench-cpns-side${extname(import.meta.url)}`, import.meta.url),
)

/** @throws {TransportFailed} If it cannot be started. */
export async function startCpnsSide(start: CpnsSideStart): Promise<CpnsSide> {
  const loader = PROGRAM.endsWith('.ts') ? ['--import', 'tsx'] : []
  const child = fork(PROGRAM, {
    execArgv: ['--expose-gc', ...loader],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { url = '', pin = '' } = await told(child, start)
  return {
    url,
    pin,
    async status() {
      const { cpuMicros = 0, handled = 0 } = await told(child, 'status')
      return { cpuMicros, handled }
    },
    residentOctets: async () => (await told(child, 'memory')).residentOctets ?? 0,
    end: () => {
      child.removeAllListeners('exit')
      if (child.connected) child.disconnect()
    },
  }
}

function told(
  child: ChildProcess,
  question: CpnsSideStart | CpnsSideQuestion,
): Promise<CpnsSideTold> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new TransportFailed('a process of the benchmark has ended'))
    child.once('exit', onExit)
    child.once('message', (answer: CpnsSideTold) => {
      child.off('exit', onExit)
      if (answer.error === undefined) resolve(answer)
      else reject(new TransportFailed(`a process of the benchmark: ${answer.error}`))
    })
    // Whoever has ended is told of by `exit`.
    child.send(question, () => {})
  })
}

/** Processor time of this process and of others, in the form that `measureLoad` takes. */
export function cpuOf(sides: readonly CpnsSide[]): () => Promise<readonly number[]> {
  return async () => {
    const { user, system } = process.cpuUsage()
    const others = await Promise.all(sides.map((side) => side.status()))
    return [user + system, ...others.map(({ cpuMicros }) => cpuMicros)]
  }
}
