/** The command line as a program of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

const CHECKOUT = resolve(import.meta.dirname, '..', '..')

/**
 * What Node runs as `cpns`: from source; or what was built, where CPNS_BUILT says that it was built from just
 * these sources. That starts in a tenth of the time.
 */
export const CPNS_PROGRAM: readonly string[] =
  process.env.CPNS_BUILT === undefined
    ? ['--import', 'tsx', join(CHECKOUT, 'src', 'cli', 'main.ts')]
    : [join(CHECKOUT, 'dist', 'cli', 'main.js')]

/** How a command ended. */
export interface CommandResult {
  /** Exit status, or `null` if a signal ended it. */
  readonly status: number | null
  /** The signal that ended it. */
  readonly signal: NodeJS.Signals | null
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
  /** Ctrl-C of a terminal, which reaches all processes of the command. Needs `isGroup`. */
  pressCtrlC(): Promise<CommandResult>
}

/**
 * Starts `cpns …`; the caller ends it.
 *
 * @param options.input Standard input.
 * @param options.isGroup Makes it the first of a group of processes, as a shell on a terminal does.
 */
export function startCpns(
  args: readonly string[],
  options: {
    readonly input?: string
    readonly env?: NodeJS.ProcessEnv
    readonly isGroup?: boolean
  } = {},
): RunningCpns {
  const { input = '', env = {}, isGroup = false } = options
  const child = spawn(process.execPath, [...CPNS_PROGRAM, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
    detached: isGroup,
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
    child
      .once('error', fail)
      .once('close', (status, signal) => done({ status, signal, stdout, stderr }))
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
    pressCtrlC() {
      if (!isGroup || child.pid === undefined) throw new TypeError('it is no group of its own')
      process.kill(-child.pid, 'SIGINT')
      return ended
    },
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
