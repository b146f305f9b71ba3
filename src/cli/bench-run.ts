/** What all benchmarks share: the machine's line, figures as they come, a progress bar, one JSON object. Design 10 */
import { formatMachine, readMachine } from './bench-report.ts'
import { withProgressBar } from './progress-bar.ts'
import { type JsonFlag, say } from './say.ts'
import { wrapText } from './wrap-text.ts'

/** One benchmark. */
export interface BenchRun {
  readonly name: string
  readonly flags: JsonFlag & { readonly seconds: number }
  /** Who works, for instance `two processes`. */
  readonly processes: string
  /** How many steps it takes, of which `tell` counts one. */
  readonly figures: number
}

/** What a benchmark works with. */
export interface BenchTools {
  /** For a person; not with `--json`. */
  readonly print: (text: string) => void
  /** A step is done. */
  readonly tell: () => void
}

/**
 * Measures and reports.
 *
 * @param bench.measure Prints tables, and gives what the JSON object holds beside name and machine.
 */
export async function runBench(
  { name, flags, processes, figures: total }: BenchRun,
  output: NodeJS.WritableStream,
  bench: { readonly measure: (tools: BenchTools) => Promise<object> },
): Promise<void> {
  const machine = readMachine()
  const { seconds } = flags
  const outcome = await withProgressBar(flags, async (bar) => {
    let done = 0
    const print = (text: string): void => {
      bar.clear()
      if (flags.json !== true) output.write(`${text}\n`)
    }
    print(`cpns bench ${name}: ${processes}, ${seconds} s a figure`)
    print(`${wrapText(formatMachine(machine)).join('\n')}\n`)
    bar.tell({ done, total, unit: 'measurements' })
    return bench.measure({
      print,
      tell: () => bar.tell({ done: ++done, total, unit: 'measurements' }),
    })
  })
  say(flags, { bench: name, machine, seconds, ...outcome }, [], output)
}
