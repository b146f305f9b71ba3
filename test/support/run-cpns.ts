/** The command line as a program of its own, from source. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

const MAIN = join(resolve(import.meta.dirname, '..', '..'), 'src', 'cli', 'main.ts')

/** How a command ended. */
export interface CommandResult {
  /** Exit status, or `null` if a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that is running. */
export interface RunningCpns {
  readonly child: ChildProcess
  /** Resolves once standard output holds the text. Rejects if the command ends before. */
  untilPrinted(text: string): Promise<void>
  /** Resolves when the command has ended. */
  readonly ended: Promise<CommandResult>
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<CommandResult>
}

/**
 * Starts `cpns …`; the caller ends it.
 *
 * @param input Standard input.
 */
export function startCpns(
  args: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): RunningCpns {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
  })
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const watch of watchers) watch()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => {}).end(input)
  const ended = new Promise<CommandResult>((done, fail) => {
    child.once('error', fail).once('close', (status) => done({ status, stdout, stderr }))
  })
  return {
    child,
    ended,
    untilPrinted: (text) =>
      new Promise((done, fail) => {
        const watch = (): void => {
          if (!stdout.includes(text)) return
          watchers.delete(watch)
          done()
        }
        watchers.add(watch)
        watch()
        void ended.then((end) => fail(new Error(`"${text}" never came: ${JSON.stringify(end)}`)))
      }),
    end(signal) {
      child.kill(signal)
      return ended
    },
  }
}

/** Runs `cpns …` to its end. @param input Standard input. */
export function runCpns(args: readonly string[], input = ''): Promise<CommandResult> {
  return startCpns(args, { input }).ended
}
