/** `--seconds` of the benchmarks. */
import { InvalidArgumentError } from 'commander'

const SHORTEST_SECONDS = 0.01
const LONGEST_SECONDS = 3600

/** @throws {InvalidArgumentError} If the text is no number from 0.01 to 3600. */
export function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || seconds < SHORTEST_SECONDS || seconds > LONGEST_SECONDS) {
    throw new InvalidArgumentError(
      `It is not a number from ${SHORTEST_SECONDS} to ${LONGEST_SECONDS}.`,
    )
  }
  return seconds
}
