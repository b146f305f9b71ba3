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

/** @param args Words after `cpns`. */
export async function runProgram(args: readonly string[]): Promise<ProgramRun> {
  const stdout = catchWrites(process.stdout)
  const stderr = catchWrites(process.stderr)
  let status = 0
  try {
    await createProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    status = reportFailure(error, { json: wantsJson(args) })
  } finally {
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

function catchWrites(stream: NodeJS.WriteStream) {
  const parts: string[] = []
  const spy = vi.spyOn(stream, 'write').mockImplementation((part) => {
    parts.push(String(part))
    return true
  })
  return { text: () => parts.join(''), release: () => spy.mockRestore() }
}
