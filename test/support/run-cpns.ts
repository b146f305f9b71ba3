/** The command line as a program of its own, from source. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'

const MAIN = join(resolve(import.meta.dirname, '..', '..'), 'src', 'cli', 'main.ts')

/** How a command ended. */
export interface CommandResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts `cpns …`; the caller ends it. */
export function startCpns(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
}

/** Runs `cpns …` to its end. @param input Standard input. */
export async function runCpns(args: readonly string[], input = ''): Promise<CommandResult> {
  const child = startCpns(args)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data.toString()
  })
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data.toString()
  })
  child.stdin?.end(input)
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, stdout, stderr }
}
