/**
 * What a command says: lines for a person, or with `--json` one object for a program. Errors are said by
 * `report-failure.ts`. Issue 6, 4; docs/explanation/decisions/0045-json-of-every-command.md
 */
import type { Command } from 'commander'
import { harmless, harmlessLine } from './harmless-text.ts'
import { wrapText } from './wrap-text.ts'

/** The flag that every command has. */
export interface JsonFlag {
  readonly json?: boolean | undefined
}

/** One thing that is said, in both forms. */
export interface Said {
  /** For a program. Names are in camelCase, times are ISO 8601, durations are seconds. */
  readonly fields: Readonly<Record<string, unknown>>
  /** For a person. */
  readonly lines: readonly string[]
}

/** Adds the flag to a command. @param what It prints then. */
export function sayable(command: Command, what = 'one JSON object'): Command {
  return command.option('--json', what)
}

/** Whether the words of a command line ask for JSON; then errors are said like that too. */
export function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  return words.slice(0, end < 0 ? undefined : end).includes('--json')
}

/** Says one thing. @param text One line, or several. */
export function say(
  { json }: JsonFlag,
  fields: object,
  text: string | readonly string[],
  output: NodeJS.WritableStream = process.stdout,
): void {
  const lines = json === true ? [JSON.stringify(fields)] : [text].flat().map(harmlessLine)
  for (const line of lines) writeLine(line, output)
}

/** Writes a line, for a terminal as several if it is a sentence that is too long for one. */
export function writeLine(line: string, output: NodeJS.WritableStream): void {
  const { isTTY, columns } = output as Partial<NodeJS.WriteStream>
  const shown = isTTY === true && columns ? wrappedSentence(line, columns) : [line]
  for (const part of shown) output.write(`${part}\n`)
}

/**
 * What a terminal would break within a word. What is indented or JSON is there to be copied, and what has
 * colours knows its width: it stays.
 */
function wrappedSentence(line: string, columns: number): readonly string[] {
  const isSentence = !/^[\s{]/.test(line) && !line.includes('\u001b') && !line.includes('\n')
  return line.length > columns && isSentence ? wrapText(line, '', columns) : [line]
}

/** Says each of a list; a program is told nothing of an empty one. @param none What a person is told then. */
export function sayEach<T extends object>(
  flags: JsonFlag,
  items: readonly T[],
  {
    none,
    textOf,
  }: { readonly none: string; readonly textOf: (item: T) => string | readonly string[] },
): void {
  if (items.length === 0 && flags.json !== true) process.stdout.write(`${none}\n`)
  for (const item of items) say(flags, item, textOf(item))
}

/** Several things as one. */
export function joinSaid(parts: readonly Said[]): Said {
  return {
    fields: Object.assign({}, ...parts.map(({ fields }) => fields)) as Said['fields'],
    lines: parts.flatMap(({ lines }) => lines),
  }
}

/** What must be known and is no error: on standard error, with `--json` as `{"warning":{"message"}}`. */
export function warn({ json }: JsonFlag, message: string): void {
  const line =
    json === true ? JSON.stringify({ warning: { message } }) : `cpns: ${harmless(message)}`
  writeLine(line, process.stderr)
}
