/** Third-party programs for interop tests: found on PATH, run without a shell, loud when missing. */
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What a program did. */
export interface ToolRun {
  /** Exit status; a program ended by a signal (a timeout, for instance) has none. */
  readonly status: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A program that is installed. */
export interface InteropTool {
  readonly path: string
  /** Runs it to its end. @param timeoutMs After which it is killed; default 20 seconds. */
  run(args: readonly string[], timeoutMs?: number, input?: string): Promise<ToolRun>
}

/**
 * The program of this name, for `test.skipIf(tool === undefined)`.
 *
 * A missing one is only warned about where nobody promised to have it: with `CI` or `CPNS_INTEROP` in
 * the environment it fails the whole test file.
 *
 * @param name Program on PATH.
 * @param packageName What to install, for the message.
 * @throws {Error} If it is missing and was promised.
 */
export function findInteropTool(
  name: string,
  packageName: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): InteropTool | undefined {
  const path = (environment.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable)
  if (path !== undefined) return { path, run: (...how) => runTool(path, ...how) }

  const message = `interop: ${name} is not installed (Debian package ${packageName})`
  if (environment.CI || environment.CPNS_INTEROP) throw new Error(message)
  // biome-ignore lint/suspicious/noConsole: whoever runs the tests has to see it.
  console.warn(`\n*** ${message}: ITS TESTS ARE SKIPPED ***\n`)
  return undefined
}

function runTool(
  path: string,
  args: readonly string[],
  timeoutMs = 20_000,
  input = '',
): Promise<ToolRun> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, maxBuffer: 1 << 24 }
    const child = execFile(path, args, options, (_error, stdout, stderr) => {
      resolve({ status: child.exitCode ?? undefined, stdout, stderr })
    })
    child.stdin?.on('error', () => {}).end(input)
  })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
