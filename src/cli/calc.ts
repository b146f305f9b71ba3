/**
 * `cpns calc`: calculators for AKA, GBA and HTTP Digest. Design 10
 *
 * With flags: the fields in kebab-case; prints one JSON object; exit status 0, or 2 with one line on
 * standard error if the input is wrong. With `--jsonl`: one JSON object a line on standard input, one
 * on standard output; wrong lines are answered by error lines, so the exit status is 0 all the same.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command } from 'commander'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { answerFields, type CalcAnswer, CalcError, type Calculator } from './calc-answer.ts'
import { BTID_CALCULATOR } from './calc-btid.ts'
import { DIGEST_CALCULATOR } from './calc-digest.ts'
import { FIELD_HELP } from './calc-fields.ts'
import { GBA_CALCULATOR } from './calc-gba.ts'
import { answerLines } from './calc-jsonl.ts'
import { RESYNC_CALCULATOR } from './calc-resync.ts'
import { VECTOR_CALCULATOR } from './calc-vector.ts'
import { sayable } from './say.ts'

/** All calculators, in the order of the help. */
export const CALCULATORS: readonly Calculator[] = [
  VECTOR_CALCULATOR,
  RESYNC_CALCULATOR,
  GBA_CALCULATOR,
  DIGEST_CALCULATOR,
  BTID_CALCULATOR,
]

/** Where lines come from and answers go to. */
export interface CalcStreams {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/** `cpns calc` with one subcommand for each calculator. Throws `CalcError` for wrong fields. */
export function calcCommand(
  streams: CalcStreams = { input: process.stdin, output: process.stdout },
): Command {
  const command = new Command('calc').description(
    'calculators for AKA, GBA and HTTP Digest; flags show in process lists, --jsonl input does not',
  )
  for (const calculator of CALCULATORS) command.addCommand(commandOf(calculator, streams))
  return command
}

function commandOf(calculator: Calculator, streams: CalcStreams): Command {
  const command = new Command(calculator.name)
    .description(calculator.description)
    .option('--jsonl', 'one JSON object a line on standard input, one a line on standard output')
    .option('--id <text>', 'echoed in the output')
    .allowExcessArguments(false)
  for (const name of calculator.fieldNames) {
    const { kind, help } = FIELD_HELP[name] ?? { kind: 'text', help: name }
    command.option(`--${kebabCase(name)} <${kind}>`, help)
  }
  sayable(command, 'errors as JSON too')
  return command.action(async ({ jsonl, ...given }: CalcFlags) => {
    const flags = fieldsOf(given)
    if (jsonl !== true) streams.output.write(`${JSON.stringify(answerFlags(calculator, flags))}\n`)
    else if (Object.keys(flags).length === 0) await runLines(calculator, streams)
    else throw new ConfigurationInvalid('--jsonl reads all fields from standard input')
  })
}

type Flags = Readonly<Record<string, string>>

interface CalcFlags {
  readonly jsonl?: true
  readonly [field: string]: string | true
}

/** Answers are JSON anyway; `--json` is for errors, which `main` reports. */
function fieldsOf(given: Readonly<Record<string, string | true>>): Flags {
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== true),
  )
}

function answerFlags(calculator: Calculator, flags: Flags): CalcAnswer {
  const fields = Object.entries(flags).map(([name, text]) => [name, fieldValue(name, text)])
  const answer = answerFields(calculator, Object.fromEntries(fields))
  if (answer.error === undefined) return answer
  throw new CalcError(answer.error.code, `calc ${calculator.name}: ${answer.error.message}`)
}

/** A flag is text; only a number has another type in JSON. */
function fieldValue(name: string, text: string): string | number {
  return FIELD_HELP[name]?.kind === 'number' && /^\d+$/.test(text) ? Number(text) : text
}

async function runLines(calculator: Calculator, { input, output }: CalcStreams): Promise<void> {
  const answers = Readable.from(answerLines(calculator, input as AsyncIterable<Uint8Array>))
  try {
    await pipeline(answers, output, { end: false })
  } catch (error) {
    // Who reads the answers may stop when they have enough (`| head`).
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
