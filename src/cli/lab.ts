/** `cpns lab`: all roles on loopback, and the story. Design 10 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { type ConsoleFeed, createConsoleFeed } from '../adapters/console/console-feed.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { LabConfig } from '../lab/lab-config.ts'
import { serveLabConsole } from '../lab/lab-console.ts'
import { nameOf } from '../lab/lab-names.ts'
import { isTold } from '../lab/ladder.ts'
import {
  createJsonReporter,
  createTextReporter,
  type LabAddress,
  type LabReporter,
} from '../lab/reporter.ts'
import { runStory } from '../lab/run-story.ts'
import { type Lab, startLab } from '../lab/start-lab.ts'
import type { TraceItem } from '../trace/trace.ts'
import { CONSOLE_PAGE } from './console-page.ts'
import { EXIT_FAILED } from './exit-status.ts'
import { labConfigOf, labSettingOptions } from './lab-settings.ts'
import { packageVersion } from './package-version.ts'
import { type JsonFlag, warn } from './say.ts'
import { joinTraces, openTrace, type TraceFlags, traceable } from './trace-flags.ts'
import { untilInterrupted } from './until-interrupted.ts'

interface LabFlags extends TraceFlags, JsonFlag {
  readonly once?: boolean
  readonly data?: string
  readonly config?: string
  readonly reader?: string
}

const DEFAULT_COLUMNS = 160

/** The command. */
export function labCommand(): Command {
  const command = new Command('lab')
    .description(
      'run HSS, BSF, CPNS Server, a PN GW with a USIM and two PNEs on loopback, and tell the story',
    )
    .option('--once', 'end after the story: status 0, or 1 if a step failed')
    .option('--json', 'one JSON event a line')
    .option('--data <dir>', 'keep the state here; default a temporary folder')
    .option('--config <file>', 'configuration file (JSON)')
    .option('--reader <name>', "reader with the data folder's usim.json; default that file itself")
  for (const option of labSettingOptions()) command.addOption(option)
  return traceable(command)
    .option('--reveal', 'SECRETS STAY IN --trace-file AND --pcap: for this lab alone')
    .action(runLab)
}

async function runLab(flags: LabFlags, command: Command): Promise<void> {
  if (flags.reader !== undefined && flags.data === undefined) {
    throw new ConfigurationInvalid(
      '--reader: the card is that of a data folder, so --data is needed',
    )
  }
  const config = labConfigOf(command)
  const data = { path: flags.data ?? temporaryFolder(), isTemporary: flags.data === undefined }
  const reporter = createReporter(flags)
  try {
    const isTold = await runIn(data, { config, reporter, flags })
    if (!isTold) process.exitCode = EXIT_FAILED
  } finally {
    if (data.isTemporary) rmSync(data.path, { recursive: true, force: true })
  }
}

/** @returns Whether the story went well; who stops a lab that stays up needs no story. */
async function runIn(
  data: { readonly path: string; readonly isTemporary: boolean },
  run: { readonly config: LabConfig; readonly reporter: LabReporter; readonly flags: LabFlags },
): Promise<boolean> {
  const { config, reporter } = run
  const { once = false, reader } = run.flags
  const interruption = untilInterrupted()
  const feed = createLabFeed()
  const seen = openTrace(run.flags, (message) => warn(run.flags, message), nameOf)
  // What its parts still say as the lab stops is no part of what it tells; a trace file has it.
  let tell = (item: TraceItem): void => reporter.trace(item)
  const trace = joinTraces([feed.trace, (item) => tell(item), seen.trace])
  const lab = await startLab(
    { config, dataFolder: data.path, ...(reader !== undefined && { reader }) },
    {
      clock: systemClock,
      random: createSystemRandom(),
      trace,
      ...(seen.keyLog && { keyLog: seen.keyLog }),
    },
  ).catch((error: unknown) => {
    seen.close()
    throw error
  })
  const watch = { lab, feed, isStoryTold: false }
  let endConsole: () => unknown = () => undefined
  try {
    const page = once ? undefined : await openConsole(config, watch)
    endConsole = () => page?.close()
    reporter.started([...lab.addresses, ...(page === undefined ? [] : [page.address])], data)
    const story = runStory(lab.world, reporter, interruption.signal)
    const told = await Promise.race([story, interruption.promise])
    if (told === 'interrupted') return !once
    watch.isStoryTold = true
    reporter.finished(told)
    if (once || told !== undefined) return told === undefined
    reporter.waiting()
    await interruption.promise
    return true
  } finally {
    interruption.ignore()
    tell = () => {}
    await endConsole()
    await lab.stop()
    seen.close()
    reporter.stopped()
  }
}

/** What people see of both ends of a message is what the ladder tells. */
function createLabFeed(): ConsoleFeed {
  const isShown = (item: TraceItem): boolean => item.kind === 'note' || isTold(item)
  return createConsoleFeed({ isShown, nameOf }, systemClock)
}

async function openConsole(
  { host, ports }: LabConfig,
  watch: { readonly lab: Lab; readonly feed: ConsoleFeed; readonly isStoryTold: boolean },
): Promise<{ readonly address: LabAddress; close(): Promise<void> }> {
  const page = await serveLabConsole(
    {
      host,
      port: ports.console,
      version: packageVersion(),
      pageFolder: CONSOLE_PAGE,
      isStoryTold: () => watch.isStoryTold,
    },
    watch,
  )
  const address = { entity: 'console', address: page.url, points: 'for a browser' }
  return { address, close: () => page.close() }
}

function createReporter(flags: LabFlags): LabReporter {
  const { stdout } = process
  const write = (line: string): void => void stdout.write(`${line}\n`)
  if (flags.json === true) return createJsonReporter({ write })
  return createTextReporter({
    write,
    // Some terminals say that they have no column at all.
    columns: stdout.columns || DEFAULT_COLUMNS,
    colour: stdout.isTTY && process.env.NO_COLOR === undefined,
    startMs: systemClock.nowMs(),
  })
}

function temporaryFolder(): string {
  const parent = tmpdir()
  try {
    return mkdtempSync(join(parent, 'cpns-lab-'))
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`temporary folder in ${parent}: it cannot be made (${code})`, {
      cause,
    })
  }
}
