/** How the figures of a benchmark are printed: for people as a table, for programs as one JSON object. */
import { availableParallelism, cpus, loadavg } from 'node:os'
import type { BenchFigure, BenchResult } from './bench-measure.ts'

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
export function formatMachine(machine: BenchMachine, seconds: number): string {
  const { cpu, cores, load, node, openssl } = machine
  const place = `${cpu}, ${cores} cores, load ${load}`
  return `one thread, ${seconds} s a figure; Node ${node}, OpenSSL ${openssl}; ${place}`
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
