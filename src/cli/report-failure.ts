/** One clear line for a person, and the exit status for a program. */
import { CommanderError } from 'commander'
import { ConfigurationInvalid, CpnsError } from '../errors/errors.ts'
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-status.ts'

/** Writes the line to standard error. @returns The exit status. Never shows a stack for a user's error. */
export function reportFailure(error: unknown, write = writeToStandardError): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE
  if (error instanceof ConfigurationInvalid) {
    write(`cpns: ${error.message}`)
    return EXIT_USAGE
  }
  if (error instanceof CpnsError) {
    write(`cpns: ${error.message}`)
    return EXIT_FAILED
  }
  write(
    `cpns: internal error: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`,
  )
  return EXIT_FAILED
}

function writeToStandardError(line: string): void {
  process.stderr.write(`${line}\n`)
}
