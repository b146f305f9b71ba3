/** Runs `cpns …` in this process, as `main` does. */
import { vi } from 'vitest'
import { createProgram } from './program.ts'
import { reportFailure } from './report-failure.ts'
import { wantsJson } from './say.ts'

/** How a command ended. */
export interface ProgramRun {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A signal that comes once the command listens for it: not after a time, which a slow machine may need. */
export interface RunInterruption {
  readonly signal: 'SIGINT' | 'SIGTERM'
  /** Comes no sooner than standard output has this. */
  readonly onceSaid?: RegExp
}

/** @param args Words after `cpns`. */
export async function runProgram(
  args: readonly string[],
  interruption?: RunInterruption,
): Promise<ProgramRun> {
  const stdout = catchWrites(process.stdout)
  const stderr = catchWrites(process.stderr)
  let status = 0
  const interrupting = interruption && interruptOnce(interruption, stdout.text)
  try {
    await createProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    status = reportFailure(error, { json: wantsJson(args) })
  } finally {
    clearInterval(interrupting)
    stdout.release()
    stderr.release()
  }
  return { status, stdout: stdout.text(), stderr: stderr.text() }
}

/** What has to be true of every usage error: exit 2, one line, nothing on standard output. */
export function usageErrorOf({ status, stdout, stderr }: ProgramRun): string {
  const isUsage = status === 2 && stdout === '' && /^cpns: [^\n]+\n$/.test(stderr)
  return isUsage ? stderr : `no usage error: ${JSON.stringify({ status, stdout, stderr })}`
}

function interruptOnce({ signal, onceSaid = /(?:)/ }: RunInterruption, said: () => string) {
  const before = process.listenerCount(signal)
  const timer = setInterval(() => {
    if (process.listenerCount(signal) === before || !onceSaid.test(said())) return
    clearInterval(timer)
    process.emit(signal)
  }, 5)
  return timer
}

function catchWrites(stream: NodeJS.WriteStream) {
  const parts: string[] = []
  const spy = vi.spyOn(stream, 'write').mockImplementation((part) => {
    parts.push(String(part))
    return true
  })
  return { text: () => parts.join(''), release: () => spy.mockRestore() }
}
