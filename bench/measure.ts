/** Measuring and printing, the same for every benchmark: figures beside a baseline of the same run. */
import { cpus } from 'node:os'

/** One figure. */
export interface Figure {
  readonly name: string
  /** Operations a second. */
  readonly perSecond: number
  readonly note: string
}

/** Runs `operation` for about `milliseconds` after a short warm-up. @returns Operations a second. */
export async function measure(
  milliseconds: number,
  operation: () => Promise<unknown> | unknown,
): Promise<number> {
  await repeat(milliseconds / 5, operation)
  const { count, elapsedMs } = await repeat(milliseconds, operation)
  return (count * 1000) / elapsedMs
}

async function repeat(
  milliseconds: number,
  operation: () => Promise<unknown> | unknown,
): Promise<{ count: number; elapsedMs: number }> {
  const start = performance.now()
  let count = 0
  let elapsedMs = 0
  while (elapsedMs < milliseconds) {
    for (let n = 0; n < 16; n++) {
      const result = operation()
      if (result instanceof Promise) await result
    }
    count += 16
    elapsedMs = performance.now() - start
  }
  return { count, elapsedMs }
}

/** Prints machine and figures; each line shows its share of the baseline, which is the first figure. */
export function printFigures(title: string, [baseline, ...others]: readonly [Figure, ...Figure[]]) {
  const { model } = cpus()[0] ?? { model: 'unknown' }
  console.log(`${title}  (Node ${process.version}, ${cpus().length} cores, ${model})`)
  for (const figure of [baseline, ...others]) {
    const share =
      figure === baseline
        ? 'baseline'
        : `${(figure.perSecond / baseline.perSecond).toFixed(3)} of it`
    const rate = Math.round(figure.perSecond).toLocaleString('en').padStart(12)
    console.log(`  ${figure.name.padEnd(34)} ${rate}/s  ${share.padEnd(14)} ${figure.note}`)
  }
}
