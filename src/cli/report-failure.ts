/** One clear line for a person, or one JSON object for a program, and the exit status. Issue 6, 4 */
import { CommanderError } from 'commander'
import { ConfigurationInvalid, CpnsError, type ErrorCode } from '../errors/errors.ts'
import { CalcError, type CalcErrorCode } from './calc-answer.ts'
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-status.ts'
import { harmless } from './harmless-text.ts'
import { writeLine } from './say.ts'

/** Codes beside those of `CpnsError` and of the calculators. */
export type CommandErrorCode = 'usage-invalid' | 'system-failed' | 'internal-error'

interface Failure {
  readonly status: number
  readonly code: ErrorCode | CalcErrorCode | CommandErrorCode
  readonly message: string
  /** What helps a person, behind the message. */
  readonly advice?: string
  /** Only of our own faults. */
  readonly stack?: string
}

/**
 * Says what went wrong on standard error.
 *
 * @param how.json As `{"error":{"code","message"}}`.
 * @returns The exit status. Never shows a stack for a user's error.
 */
export function reportFailure(
  error: unknown,
  { json = false, write = writeToStandardError }: ReportOptions = {},
): number {
  // Help and version are no errors; help that nobody asked for was written already.
  if (error instanceof CommanderError && /^commander\.(help|version)/.test(error.code)) {
    return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE
  }
  const { status, code, message, advice = '', stack } = failureOf(error)
  if (json) write(JSON.stringify({ error: { code, message, ...(stack && { stack }) } }))
  else
    write(
      `cpns: ${stack === undefined ? `${harmless(message)}${advice}` : `internal error: ${stack}`}`,
    )
  return status
}

/** How it is said. */
export interface ReportOptions {
  readonly json?: boolean
  readonly write?: (line: string) => void
}

function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    const message = usageSentence(error.message)
    const advice = ' (--help shows what there is)'
    return { status: EXIT_USAGE, code: 'usage-invalid', message, advice }
  }
  if (error instanceof CpnsError) {
    const { code, message } = error
    return {
      status: error instanceof ConfigurationInvalid ? EXIT_USAGE : EXIT_FAILED,
      code,
      message,
    }
  }
  if (error instanceof CalcError) {
    return { status: EXIT_USAGE, code: error.code, message: error.message }
  }
  if (isOfTheSystem(error)) {
    return { status: EXIT_FAILED, code: 'system-failed', message: error.message }
  }
  const { message, stack = message } =
    error instanceof Error ? error : { message: 'unknown', stack: 'unknown' }
  return { status: EXIT_FAILED, code: 'internal-error', message, stack }
}

/** A file, a socket or a process that the system refused, which nobody foresaw; names the call, and the file. */
function isOfTheSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'errno' in error
}

/**
 * The library's `error: …`, with what it may mean on a second line, as one line like all our errors. An
 * unknown flag is shown without its value, which may be a secret in the wrong place.
 */
function usageSentence(text: string): string {
  return text
    .trim()
    .replace(/^error: /, '')
    .replace(/^(unknown option '-[^=']*)=.*'/s, "$1'")
    .replaceAll(/\s*\n\s*/g, ' ')
}

function writeToStandardError(line: string): void {
  writeLine(line, process.stderr)
}
