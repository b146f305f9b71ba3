/** `cpns bench NAME`: how fast the parts are on this machine, beside what they are made of. Design 10 */
import { Command } from 'commander'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { akaGroups } from './bench-aka.ts'
import { cpnsBenchCommands } from './bench-cpns.ts'
import { type BenchGroup, type BenchResult, measureGroup } from './bench-measure.ts'
import { formatJson, formatMachine, formatResult, formatWire, readMachine } from './bench-report.ts'
import { parseSeconds } from './bench-seconds.ts'
import { measureWire, WIRE_BENCHES, WIRE_TITLES, type WireBench } from './bench-wire.ts'

interface BenchFlags {
  readonly seconds: number
  readonly json?: true
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
    .option('--json', 'one JSON object')
    .allowExcessArguments(false)
    .action((flags: BenchFlags) =>
      runBench({ name: 'aka', groups: akaGroups(createSystemRandom()) }, flags, output),
    )
  const command = new Command('bench').description('benchmarks of this machine').addCommand(aka)
  for (const name of WIRE_BENCHES) command.addCommand(wireCommand(name, output))
  for (const one of cpnsBenchCommands(output)) command.addCommand(one)
  return command
}

/** One that needs another process: its loads are 1, 8 and 32 in flight. */
function wireCommand(name: WireBench, output: NodeJS.WritableStream): Command {
  return new Command(name)
    .description(WIRE_DESCRIPTIONS[name])
    .option('--seconds <n>', 'measuring time of each figure', parseSeconds, 2)
    .option('--json', 'one JSON object')
    .allowExcessArguments(false)
    .action(async ({ seconds, json }: BenchFlags) => {
      const machine = readMachine()
      const print = (text: string): void => void (json === true || output.write(`${text}\n`))
      print(`cpns bench ${name}: ${formatMachine(machine, seconds, 'two processes')}\n`)
      const figures = await measureWire(name, LOADS, seconds)
      print(formatWire(WIRE_TITLES[name], figures))
      if (json === true) {
        output.write(`${JSON.stringify({ bench: name, machine, seconds, figures })}\n`)
      }
    })
}

async function runBench(
  { name, groups }: { readonly name: string; readonly groups: readonly BenchGroup[] },
  { seconds, json }: BenchFlags,
  output: NodeJS.WritableStream,
): Promise<void> {
  const machine = readMachine()
  const print = (text: string): void => void (json === true || output.write(`${text}\n`))
  print(`cpns bench ${name}: ${formatMachine(machine, seconds)}`)
  const results: BenchResult[] = []
  for (const group of groups) {
    const result = await measureGroup(group, seconds, systemClock)
    print(`\n${formatResult(result)}`)
    results.push(result)
  }
  if (json === true) output.write(`${formatJson(name, { machine, seconds }, results)}\n`)
}
