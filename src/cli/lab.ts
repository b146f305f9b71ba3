/** `cpns lab`: all roles on loopback, and the story. Design 10 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { DEFAULT_LAB_CONFIG, readLabConfig } from '../lab/lab-config.ts'
import { createJsonReporter, createTextReporter, type LabReporter } from '../lab/reporter.ts'
import { runStory } from '../lab/run-story.ts'
import { startLab } from '../lab/start-lab.ts'
import type { StoryStep } from '../lab/story/story.ts'
import { EXIT_FAILED } from './exit-status.ts'

interface LabFlags {
  readonly once?: boolean
  readonly json?: boolean
  readonly data?: string
  readonly config?: string
}

const DEFAULT_COLUMNS = 160

/** The command. */
export function labCommand(): Command {
  return new Command('lab')
    .description(
      'run HSS, BSF, CPNS Server, a PN GW with a USIM and two PNEs on loopback, and tell the story',
    )
    .option('--once', 'end after the story: status 0, or 1 if a step failed')
    .option('--json', 'one JSON event a line')
    .option('--data <dir>', 'keep the state here; default a temporary folder')
    .option('--config <file>', 'configuration file (JSON)')
    .action(runLab)
}

async function runLab(flags: LabFlags): Promise<void> {
  const config = flags.config === undefined ? DEFAULT_LAB_CONFIG : readLabConfig(flags.config)
  const data = { path: flags.data ?? temporaryFolder(), isTemporary: flags.data === undefined }
  const reporter = createReporter(flags)
  try {
    const failed = await runIn(data, { config, reporter, once: flags.once === true })
    if (failed !== undefined) process.exitCode = EXIT_FAILED
  } finally {
    if (data.isTemporary) rmSync(data.path, { recursive: true, force: true })
  }
}

async function runIn(
  data: { readonly path: string; readonly isTemporary: boolean },
  run: {
    readonly config: typeof DEFAULT_LAB_CONFIG
    readonly reporter: LabReporter
    readonly once: boolean
  },
): Promise<StoryStep | undefined> {
  const { config, reporter } = run
  const interrupted = untilInterrupted()
  const lab = await startLab(
    { config, dataFolder: data.path },
    { clock: systemClock, random: createSystemRandom(), trace: (item) => reporter.trace(item) },
  )
  try {
    reporter.started(lab.addresses, data)
    const told = await Promise.race([runStory(lab.world, reporter), interrupted.promise])
    if (told === 'interrupted') return undefined
    reporter.finished(told)
    if (run.once || told !== undefined) return told
    reporter.waiting()
    await interrupted.promise
    return undefined
  } finally {
    interrupted.ignore()
    await lab.stop()
    reporter.stopped()
  }
}

function createReporter(flags: LabFlags): LabReporter {
  const { stdout } = process
  const write = (line: string): void => void stdout.write(`${line}\n`)
  if (flags.json === true) return createJsonReporter({ write })
  return createTextReporter({
    write,
    columns: stdout.columns ?? DEFAULT_COLUMNS,
    colour: stdout.isTTY === true && process.env.NO_COLOR === undefined,
    startMs: systemClock.nowMs(),
  })
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'cpns-lab-'))
}

/** Ctrl-C and termination end the lab in order; a second Ctrl-C ends it at once. */
function untilInterrupted(): { readonly promise: Promise<'interrupted'>; ignore(): void } {
  let listener = (): void => {}
  const promise = new Promise<'interrupted'>((resolve) => {
    listener = () => resolve('interrupted')
  })
  process.once('SIGINT', listener)
  process.once('SIGTERM', listener)
  return {
    promise,
    ignore() {
      process.off('SIGINT', listener)
      process.off('SIGTERM', listener)
    },
  }
}
