/** `cpns bench NAME`: how fast the parts are on this machine, beside what they are made of. Design 10 */
import { Command } from 'commander'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { akaGroups } from './bench-aka.ts'
import { cpnsBenchCommands } from './bench-cpns.ts'
import { type BenchGroup, type BenchResult, measureGroup, roundsOf } from './bench-measure.ts'
import { formatResult, formatWire, roundedResult } from './bench-report.ts'
import { runBench } from './bench-run.ts'
import { parseSeconds } from './bench-seconds.ts'
import {
  figuresALoad,
  measureWire,
  WIRE_BENCHES,
  WIRE_TITLES,
  type WireBench,
} from './bench-wire.ts'
import { type JsonFlag, sayable } from './say.ts'

interface BenchFlags extends JsonFlag {
  readonly seconds: number
}

const LOADS = [1, 8, 32]
const WIRE_DESCRIPTIONS: Readonly<Record<WireBench, string>> = {
  ub: 'full Ub bootstraps a second, BSF and HSS in another process',
  zh: 'Zh vectors a second over one Diameter connection',
  zn: 'Zn keys a second over one Diameter connection',
}

/** The command with its subcommands. @param output Where the figures go. */
export function benchCommand(output: NodeJS.WritableStream = process.stdout): Command {
  const aka = new Command('aka')
    .description('authentication vectors a second on one core: MILENAGE and TUAK')
    .option('--seconds <n>', 'measuring time of each figure', parseSeconds, 1)
    .allowExcessArguments(false)
  sayable(aka).action((flags: BenchFlags) =>
    runGroups({ name: 'aka', groups: akaGroups(createSystemRandom()) }, flags, output),
  )
  const command = new Command('bench').description('benchmarks of this machine').addCommand(aka)
  for (const name of WIRE_BENCHES) command.addCommand(wireCommand(name, output))
  for (const one of cpnsBenchCommands(output)) command.addCommand(one)
  return command
}

/** One that needs another process: its loads are 1, 8 and 32 in flight. */
function wireCommand(name: WireBench, output: NodeJS.WritableStream): Command {
  const figures = figuresALoad(name) * LOADS.length
  const command = new Command(name)
    .description(WIRE_DESCRIPTIONS[name])
    .option('--seconds <n>', 'measuring time of each figure', parseSeconds, 2)
    .allowExcessArguments(false)
  return sayable(command).action((flags: BenchFlags) =>
    runBench({ name, flags, processes: 'two processes', figures }, output, {
      async measure({ print, tell }) {
        const measured = await measureWire(name, LOADS, { seconds: flags.seconds, tell })
        print(formatWire(WIRE_TITLES[name], measured))
        return { figures: measured }
      },
    }),
  )
}

function runGroups(
  { name, groups }: { readonly name: string; readonly groups: readonly BenchGroup[] },
  flags: BenchFlags,
  output: NodeJS.WritableStream,
): Promise<void> {
  const figures = groups.reduce((sum, group) => sum + roundsOf(group), 0)
  return runBench({ name, flags, processes: 'one thread', figures }, output, {
    async measure({ print, tell }) {
      const results: BenchResult[] = []
      for (const group of groups) {
        const result = await measureGroup(group, flags.seconds, systemClock, tell)
        print(`${formatResult(result)}\n`)
        results.push(result)
      }
      return { groups: results.map(roundedResult) }
    },
  })
}
