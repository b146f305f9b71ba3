/** `cpns bench NAME`: how fast the parts are on this machine, beside what they are made of. Design 10 */
import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { akaGroups } from './bench-aka.ts'
import { type BenchGroup, type BenchResult, measureGroup } from './bench-measure.ts'
import { formatJson, formatMachine, formatResult, readMachine } from './bench-report.ts'

interface BenchFlags {
  readonly seconds: number
  readonly json?: true
}

const SHORTEST_SECONDS = 0.01
const LONGEST_SECONDS = 3600

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
  return new Command('bench').description('benchmarks of this machine').addCommand(aka)
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

/** @throws {InvalidArgumentError} If the text is no number from 0.01 to 3600. */
function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || seconds < SHORTEST_SECONDS || seconds > LONGEST_SECONDS) {
    throw new InvalidArgumentError(
      `It is not a number from ${SHORTEST_SECONDS} to ${LONGEST_SECONDS}.`,
    )
  }
  return seconds
}
