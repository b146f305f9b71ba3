/** The version of this package, as its package.json has it. */
import { readFileSync } from 'node:fs'

/** For instance `0.1.0`. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  return version
}
