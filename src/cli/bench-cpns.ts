/** `cpns bench connect|forward|sessions`: the CPNS Server, a PN GW and their baselines as processes. Design 10 */
import { Command, InvalidArgumentError } from 'commander'
import { CONNECT_TITLES, measureConnect } from './bench-connect.ts'
import { FORWARD_TITLES, FORWARD_WAYS, loadsOf, measureForward } from './bench-forward.ts'
import { formatMemory, MAX_SESSIONS, measureMemory } from './bench-memory.ts'
import { formatMachine, formatWire, readMachine } from './bench-report.ts'
import { runBench } from './bench-run.ts'
import { parseSeconds } from './bench-seconds.ts'
import { withProgressBar } from './progress-bar.ts'
import { type JsonFlag, say, sayable } from './say.ts'
import { parseWholeNumber } from './whole-number.ts'
import { wrapText } from './wrap-text.ts'

interface LoadFlags extends JsonFlag {
  readonly seconds: number
}

interface SessionFlags extends JsonFlag {
  readonly sessions: number
}

const CONNECT_LOADS = [1, 8, 32]
const FORWARD_LOADS = [8, 64]
const DEFAULT_SESSIONS = 1000

/** The commands. @param output Where the figures go. */
export function cpnsBenchCommands(output: NodeJS.WritableStream): Command[] {
  return [
    loadCommand('connect')
      .description('mutual authentications a second over HTTPS, beside a bare pair of POSTs')
      .action((flags: LoadFlags) => runConnect(flags, output)),
    loadCommand('forward')
      .description('messages a second PNE - PN GW - server - application, beside a bare WebSocket')
      .action((flags: LoadFlags) => runForward(flags, output)),
    sayable(
      new Command('sessions')
        .description('memory of the server for each connected PN GW and each PNE')
        .option('--sessions <n>', 'of each kind', parseSessions, DEFAULT_SESSIONS)
        .allowExcessArguments(false),
    ).action((flags: SessionFlags) => runSessions(flags, output)),
  ]
}

function loadCommand(name: string): Command {
  return sayable(
    new Command(name)
      .option('--seconds <n>', 'measuring time of each figure', parseSeconds, 3)
      .allowExcessArguments(false),
  )
}

function runConnect(flags: LoadFlags, output: NodeJS.WritableStream): Promise<void> {
  const { seconds } = flags
  const run = { name: 'connect', flags, processes: 'two processes' }
  return runBench({ ...run, figures: 2 * CONNECT_LOADS.length }, output, {
    async measure({ print, tell }) {
      const figures = await measureConnect(CONNECT_LOADS, { seconds, tell })
      print(formatWire(CONNECT_TITLES, figures))
      return { figures }
    },
  })
}

function runForward(flags: LoadFlags, output: NodeJS.WritableStream): Promise<void> {
  const { seconds } = flags
  const run = { name: 'forward', flags, processes: 'three processes' }
  const loads = FORWARD_WAYS.flatMap((way) => loadsOf(way, FORWARD_LOADS))
  return runBench({ ...run, figures: 3 * loads.length }, output, {
    async measure({ print, tell }) {
      const ways: Record<string, unknown> = {}
      for (const way of FORWARD_WAYS) {
        const figures = await measureForward(way, FORWARD_LOADS, { seconds, tell })
        print(`${formatWire(FORWARD_TITLES[way], figures)}\n`)
        ways[way] = figures
      }
      return { ways }
    },
  })
}

async function runSessions(flags: SessionFlags, output: NodeJS.WritableStream): Promise<void> {
  const { sessions } = flags
  const machine = readMachine()
  const figure = await withProgressBar(flags, ({ tell }) => measureMemory(sessions, tell))
  const heading = [
    `cpns bench sessions: ${sessions} of each kind`,
    ...wrapText(formatMachine(machine)),
  ]
  const text = [...heading, '', formatMemory(figure)]
  say(flags, { bench: 'sessions', machine, ...figure }, text, output)
}

function parseSessions(text: string): number {
  const sessions = parseWholeNumber(text)
  if (sessions > MAX_SESSIONS) {
    throw new InvalidArgumentError(`It is not a number from 1 to ${MAX_SESSIONS}.`)
  }
  return sessions
}
