/** How the figures of a benchmark are printed: for people as a table, for programs as one JSON object. */
import { availableParallelism, cpus, loadavg } from 'node:os'
import type { LoadFigure } from './bench-load.ts'
import type { BenchFigure, BenchResult } from './bench-measure.ts'
import type { WireFigure } from './bench-wire.ts'

/** What the figures are worth nothing without. */
export interface BenchMachine {
  readonly cpu: string
  readonly cores: number
  /** Runnable processes over the last minute; ours is one of them. */
  readonly load: number
  readonly node: string
  readonly openssl: string
}

/** This machine, as it is now. */
export function readMachine(): BenchMachine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    node: process.version,
    openssl: process.versions.openssl,
  }
}

/** One line: the machine, and how long each figure was measured. */
export function formatMachine(
  machine: BenchMachine,
  seconds: number,
  processes = 'one thread',
): string {
  const { cpu, cores, load, node, openssl } = machine
  const place = `${cpu}, ${cores} cores, load ${load}`
  return `${processes}, ${seconds} s a figure; Node ${node}, OpenSSL ${openssl}; ${place}`
}

/** A heading, then two lines a figure: the numbers, its cost in units of the first one, and what limits it. */
export function formatResult({ title, figures }: BenchResult): string {
  const heading = row([title, 'a second', 'µs', '× first'])
  const lines = figures.flatMap((figure) => [row(cellsOf(figure)), `      ${figure.limit}`])
  return [heading, ...lines].join('\n')
}

/** The report as JSON: rates as whole numbers, costs with four significant digits. */
export function formatJson(
  name: string,
  run: { readonly machine: BenchMachine; readonly seconds: number },
  results: readonly BenchResult[],
): string {
  const groups = results.map(({ title, figures }) => ({ title, figures: figures.map(rounded) }))
  return JSON.stringify({ bench: name, ...run, groups })
}

type Row = readonly [name: string, perSecond: string, microseconds: string, ratio: string]

function row([name, perSecond, microseconds, ratio]: Row): string {
  const numbers = [perSecond.padStart(12), microseconds.padStart(10), ratio.padStart(10)]
  return `  ${name.padEnd(44)}${numbers.join('')}`
}

function cellsOf({ name, perSecond, microseconds, ratio }: BenchFigure): Row {
  const rate = Math.round(perSecond).toLocaleString('en')
  return [name, rate, microseconds.toFixed(3), ratio.toFixed(3)]
}

function rounded(figure: BenchFigure): BenchFigure {
  return {
    ...figure,
    perSecond: Math.round(figure.perSecond),
    microseconds: Number(figure.microseconds.toPrecision(4)),
    ratio: Number(figure.ratio.toPrecision(4)),
  }
}

/**
 * What is measured and its baseline, then a line a load; `CPU µs` is processor time an operation, of this
 * process and of the other.
 */
export function formatWire(
  { own, baseline }: { readonly own: string; readonly baseline: string },
  figures: readonly WireFigure[],
): string {
  const columns = ['in flight', ...RATE_COLUMNS, 'share', 'baseline', ...RATE_COLUMNS.slice(1)]
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell) => cell.padStart(10)).join('')}`
  const rows = figures.map((figure) =>
    line([
      String(figure.inFlight),
      ...rateCells(figure),
      figure.ratio.toFixed(2),
      ...rateCells(figure.baseline),
    ]),
  )
  return [`  ${own}`, `  baseline: ${baseline}`, line(columns), ...rows].join('\n')
}

const RATE_COLUMNS = ['a second', 'p50 ms', 'p99 ms', 'CPU µs']

function rateCells({ perSecond, p50, p99, cpu }: LoadFigure): readonly string[] {
  const micros = cpu.map((used) => Math.round(used)).join('+')
  const rate = Math.round(perSecond).toLocaleString('en')
  return [rate, p50.toFixed(2), p99.toFixed(2), micros]
}
