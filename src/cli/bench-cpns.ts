/** `cpns bench connect|forward|sessions`: the CPNS Server, a PN GW and their baselines as processes. Design 10 */
import { Command } from 'commander'
import { CONNECT_TITLES, measureConnect } from './bench-connect.ts'
import { FORWARD_TITLES, FORWARD_WAYS, measureForward } from './bench-forward.ts'
import { formatMemory, measureMemory } from './bench-memory.ts'
import { type BenchMachine, formatMachine, formatWire, readMachine } from './bench-report.ts'
import { parseSeconds } from './bench-seconds.ts'
import { parseWholeNumber } from './whole-number.ts'

interface LoadFlags {
  readonly seconds: number
  readonly json?: true
}

interface SessionFlags {
  readonly sessions: number
  readonly json?: true
}

const CONNECT_LOADS = [1, 8, 32]
const FORWARD_LOADS = [8, 64]
const DEFAULT_SESSIONS = 1000

type Print = (text: string) => void

/** The commands. @param output Where the figures go. */
export function cpnsBenchCommands(output: NodeJS.WritableStream): Command[] {
  return [
    loadCommand('connect')
      .description('mutual authentications a second over HTTPS, beside a bare pair of POSTs')
      .action((flags: LoadFlags) => runConnect(flags, output)),
    loadCommand('forward')
      .description('messages a second PNE - PN GW - server - application, beside a bare WebSocket')
      .action((flags: LoadFlags) => runForward(flags, output)),
    new Command('sessions')
      .description('memory of the server for each connected PN GW and each PNE')
      .option('--sessions <n>', 'of each kind', parseWholeNumber, DEFAULT_SESSIONS)
      .option('--json', 'one JSON object')
      .allowExcessArguments(false)
      .action((flags: SessionFlags) => runSessions(flags, output)),
  ]
}

function loadCommand(name: string): Command {
  return new Command(name)
    .option('--seconds <n>', 'measuring time of each figure', parseSeconds, 3)
    .option('--json', 'one JSON object')
    .allowExcessArguments(false)
}

async function runConnect({ seconds, json }: LoadFlags, output: NodeJS.WritableStream) {
  const { machine, print } = begin('connect', { seconds, json, processes: 'two processes' }, output)
  const figures = await measureConnect(CONNECT_LOADS, seconds)
  print(formatWire(CONNECT_TITLES, figures))
  conclude({ bench: 'connect', machine, seconds, figures }, json, output)
}

async function runForward({ seconds, json }: LoadFlags, output: NodeJS.WritableStream) {
  const processes = 'three processes'
  const { machine, print } = begin('forward', { seconds, json, processes }, output)
  const ways: Record<string, unknown> = {}
  for (const way of FORWARD_WAYS) {
    const figures = await measureForward(way, FORWARD_LOADS, seconds)
    print(`${formatWire(FORWARD_TITLES[way], figures)}\n`)
    ways[way] = figures
  }
  conclude({ bench: 'forward', machine, seconds, ways }, json, output)
}

async function runSessions({ sessions, json }: SessionFlags, output: NodeJS.WritableStream) {
  const machine = readMachine()
  const figure = await measureMemory(sessions)
  if (json === true) conclude({ bench: 'sessions', machine, ...figure }, json, output)
  else {
    const { cpu, node } = machine
    output.write(`cpns bench sessions: ${sessions} of each kind; Node ${node}; ${cpu}\n`)
    output.write(`${formatMemory(figure)}\n`)
  }
}

function begin(
  name: string,
  run: { seconds: number; json: true | undefined; processes: string },
  output: NodeJS.WritableStream,
): { readonly machine: BenchMachine; readonly print: Print } {
  const machine = readMachine()
  const print: Print = (text) => void (run.json === true || output.write(`${text}\n`))
  print(`cpns bench ${name}: ${formatMachine(machine, run.seconds, run.processes)}\n`)
  return { machine, print }
}

function conclude(result: object, json: true | undefined, output: NodeJS.WritableStream): void {
  if (json === true) output.write(`${JSON.stringify(result)}\n`)
}
