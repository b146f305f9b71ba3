/** How the figures of a benchmark are printed: for people as a table, for programs as one JSON object. */
import { availableParallelism, cpus, loadavg } from 'node:os'
import type { LoadFigure } from './bench-load.ts'
import type { BenchFigure, BenchResult } from './bench-measure.ts'
import type { WireFigure } from './bench-wire.ts'
import { wrapText } from './wrap-text.ts'

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

/** What is named with all figures: what ran, and on which machine. */
export function formatMachine({ cpu, cores, load, node, openssl }: BenchMachine): string {
  return `Node ${node}, OpenSSL ${openssl}; ${cpu}, ${cores} cores, load ${load}`
}

/** A heading, then two lines a figure: the numbers, its cost in units of the first one, and what limits it. */
export function formatResult({ title, figures }: BenchResult): string {
  const heading = row([title, 'a second', 'µs', '× first'])
  const lines = figures.flatMap((figure) => [
    row(cellsOf(figure)),
    ...wrapText(figure.limit, '      '),
  ])
  return [heading, ...lines].join('\n')
}

/** As JSON has it: rates as whole numbers, costs with four significant digits. */
export function roundedResult({ title, figures }: BenchResult): BenchResult {
  return { title, figures: figures.map(rounded) }
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
 * What is measured and its baseline, then two lines a load; `CPU µs` is processor time an operation, of this
 * process and of the others; `share` is that of the baseline's rate.
 */
export function formatWire(
  { own, baseline }: { readonly own: string; readonly baseline: string },
  figures: readonly WireFigure[],
): string {
  const rows = figures.flatMap((figure) => [
    wireRow([String(figure.inFlight), 'ours', ...rateCells(figure), figure.ratio.toFixed(2)]),
    ...besides('records', figure.records, figure.baseline),
    ...besides('undici', figure.undici, figure.baseline),
    wireRow(['', 'baseline', ...rateCells(figure.baseline), '']),
  ])
  return [
    ...wrapText(own, '  '),
    ...wrapText(`baseline: ${baseline}`, '  '),
    wireRow(['in flight', '', 'a second', 'p50 ms', 'p99 ms', 'CPU µs', 'share']),
    ...rows,
  ].join('\n')
}

/** A row of what stands between the figure and its baseline, with its own share. */
function besides(name: string, limit: LoadFigure | undefined, baseline: LoadFigure): string[] {
  if (limit === undefined) return []
  const share = (limit.perSecond / baseline.perSecond).toFixed(2)
  return [wireRow(['', name, ...rateCells(limit), share])]
}

const WIRE_WIDTHS = [11, 10, 12, 10, 10, 16, 8]

function wireRow(cells: readonly string[]): string {
  const padded = cells.map((cell, n) =>
    // The only column of words.
    n === 1 ? `  ${cell.padEnd((WIRE_WIDTHS[n] ?? 0) - 2)}` : cell.padStart(WIRE_WIDTHS[n] ?? 0),
  )
  return padded.join('').trimEnd()
}

function rateCells({ perSecond, p50, p99, cpu }: LoadFigure): readonly string[] {
  const micros = cpu.map((used) => Math.round(used)).join('+')
  const rate = Math.round(perSecond).toLocaleString('en')
  return [rate, p50.toFixed(2), p99.toFixed(2), micros]
}
