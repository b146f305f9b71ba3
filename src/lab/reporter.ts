/** What a lab run prints: a ladder for people, or one JSON event a line for programs. Design 10 */
import type { TraceItem } from '../trace/trace.ts'
import { nameOf } from './lab-names.ts'
import { createLadder } from './ladder.ts'
import type { StoryReporter } from './run-story.ts'
import type { StoryStep } from './story/story.ts'

/** Where the lab's entities are reached. */
export interface LabAddress {
  readonly entity: string
  readonly address: string
  /** Reference points that it serves there. */
  readonly points: string
}

/** Everything that is printed goes through here. */
export interface LabReporter extends StoryReporter {
  /** @param data The data folder, and whether it is removed at the end. */
  started(addresses: readonly LabAddress[], data: { path: string; isTemporary: boolean }): void
  trace(item: TraceItem): void
  /** @param failed The step that failed, if one did. */
  finished(failed: StoryStep | undefined): void
  waiting(): void
  stopped(): void
}

/** How it is printed. */
export interface ReporterOptions {
  readonly write: (line: string) => void
  readonly columns: number
  readonly colour: boolean
  /** UTC milliseconds. */
  readonly startMs: number
}

const BOLD = 1
const RED = 31
const GREEN = 32

/** For people: addresses, then step by step the ladder and a sentence. */
export function createTextReporter(options: ReporterOptions): LabReporter {
  const { write } = options
  const ladder = createLadder({ ...options, nameOf })
  /** What the PN GW asks its card before the story begins is told with the first step. */
  let early: TraceItem[] | undefined = []
  const tell = (item: TraceItem): void => ladder.add(item).forEach(write)
  const finishStep = (line: string): void => {
    ladder.flush().forEach(write)
    write(line)
  }
  const paint = (code: number, text: string): string =>
    options.colour ? `\u001b[${code}m${text}\u001b[0m` : text
  return {
    started(addresses, data) {
      write(paint(BOLD, 'cpns lab: OMA CPNS with SIM-based keys (3GPP GBA_U), all on loopback'))
      for (const { entity, address, points } of addresses) {
        write(`  ${entity.padEnd(12)} ${address.padEnd(36)} ${points}`)
      }
      write(`  ${'data'.padEnd(12)} ${data.path}${data.isTemporary ? ' (removed at the end)' : ''}`)
    },
    begin({ number, title }) {
      write('')
      write(paint(BOLD, `${number}. ${title}`))
      early?.forEach(tell)
      early = undefined
    },
    trace(item) {
      if (early === undefined) tell(item)
      else early.push(item)
    },
    passed: (_, sentence) => finishStep(`   ${paint(GREEN, '✔')} ${sentence}`),
    failed: (_, reason) => finishStep(`   ${paint(RED, '✘')} ${reason}`),
    finished(failed) {
      write('')
      write(
        failed === undefined
          ? paint(GREEN, 'The story is told: every step did what it should.')
          : paint(RED, `Step ${failed.number} failed: ${failed.title}`),
      )
    },
    waiting: () => write('The lab stays up. Press Ctrl-C to stop it.'),
    stopped: () => write('The lab has stopped.'),
  }
}

/** For programs: every event as one JSON object a line, the `kind` says which. */
export function createJsonReporter({ write }: Pick<ReporterOptions, 'write'>): LabReporter {
  const event = (kind: string, fields: object): void => write(JSON.stringify({ kind, ...fields }))
  return {
    started: (addresses, data) => event('started', { addresses, data }),
    begin: (step) => event('step', stepOf(step)),
    trace: (item) => write(JSON.stringify(item)),
    passed: (step, sentence) => event('passed', { ...stepOf(step), sentence }),
    failed: (step, reason) => event('failed', { ...stepOf(step), reason }),
    finished: (failed) =>
      event('finished', { ok: failed === undefined, ...(failed && { failedStep: failed.number }) }),
    waiting: () => event('waiting', {}),
    stopped: () => event('stopped', {}),
  }
}

function stepOf({ number, title }: StoryStep): { readonly step: number; readonly title: string } {
  return { step: number, title }
}
