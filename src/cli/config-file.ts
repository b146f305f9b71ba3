/**
 * One configuration for a command that serves: flags over environment over a JSON file over defaults. The
 * keys of the file are the flags in camel case, so that there is one list of options. Design 10, 12
 */
import type { Command, Option } from 'commander'
import { InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { type FileFault, type PlacedJson, readPlacedJson } from '../adapters/files/placed-json.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { fromUtf8 } from '../octets/octets.ts'
import { readFlag } from './flag-values.ts'
import { readWholeFile } from './read-whole-file.ts'

/**
 * Lets every option of a command come from its environment variable and from `--config FILE` too.
 *
 * @param prefix Of the variables, for instance `CPNS_HSS`; the flag follows in capitals.
 */
export function configurable(command: Command, prefix: string): Command {
  for (const option of command.options) option.env(variableOf(option, prefix))
  return command
    .option('--config <file>', 'JSON file; its keys are the flags in camelCase')
    .hook('preAction', (_, acting) => applySettings(acting))
}

/** A flag that may come several times, each time with one or more words. */
export function wordList(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), ...value.split(/\s+/).filter((word) => word !== '')]
}

/** @throws {ConfigurationInvalid} Naming the flag, its variable and its key. */
export function needed<T>(value: T | undefined, flag: string): T {
  if (value !== undefined) return value
  throw new ConfigurationInvalid(`--${flag}: needed, as a flag, in the environment or in --config`)
}

function variableOf({ long }: Option, prefix: string): string {
  return `${prefix}_${(long ?? '').slice(2).replaceAll('-', '_').toUpperCase()}`
}

const scalar = z.union([z.string(), z.number(), z.boolean()])
const fileValueSchema = z.union([scalar, z.array(scalar)])

/** What can stand behind a key. */
export type FileValue = z.infer<typeof fileValueSchema>

/** The key by which an editor finds the JSON Schema of a file; means nothing to us. */
export const SCHEMA_KEY = '$schema'

/** What the command line says stays. */
function applySettings(command: Command): void {
  for (const option of command.options) {
    const text = option.envVar === undefined ? undefined : process.env[option.envVar]
    if (text === undefined || command.getOptionValueSource(option.attributeName()) === 'cli')
      continue
    const value = option.isBoolean() && /^(true|false)$/.test(text) ? text === 'true' : text
    const source = { option, name: `environment: ${option.envVar}` }
    command.setOptionValueWithSource(option.attributeName(), optionValue(source, value), 'env')
  }
  applyFile(command)
}

function applyFile(command: Command): void {
  const file = command.getOptionValue('config') as string | undefined
  if (file === undefined) return
  const { values, faults } = readConfigFile(command, file)
  const [fault] = faults
  if (fault !== undefined) throw new ConfigurationInvalid(faultLine(file, fault))
  for (const [key, value] of values) {
    if (['cli', 'env'].includes(command.getOptionValueSource(key) ?? '')) continue
    command.setOptionValueWithSource(key, value, 'config')
  }
}

/** What a file says. */
export interface ReadConfig {
  /** By key, as the flags would have given them. */
  readonly values: ReadonlyMap<string, unknown>
  /** What stands there, of the keys that are known. */
  readonly written: ReadonlyMap<string, FileValue>
  readonly faults: readonly FileFault[]
  readonly placeOf: PlacedJson['placeOf']
}

/** `FILE:LINE:COLUMN: what is wrong`, as compilers say it. */
export function faultLine(file: string, { place, reason }: FileFault): string {
  return `configuration ${file}:${place.line}:${place.column}: ${reason}`
}

/** The options that may stand in the file of a command, by key; others are of one run alone. */
export function fileOptionsOf(command: Command): ReadonlyMap<string, Option> {
  const options = command.options.filter((option) => option.envVar !== undefined)
  return new Map(options.map((option) => [option.attributeName(), option]))
}

/** Finds all that is wrong in a file, not only the first. @throws {ConfigurationInvalid} If there is none. */
export function readConfigFile(command: Command, file: string): ReadConfig {
  const text = readFlag('--config', () =>
    fromUtf8(readWholeFile('--config', file), 'configuration'),
  )
  const json = readPlacedJson(text)
  if ('reason' in json) return { ...NOTHING, faults: [json] }
  const { value: whole, placeOf } = json
  const wrong = (path: readonly PropertyKey[], reason: string): FileFault => ({
    place: placeOf(path),
    reason: [...path.map(String), reason].join(': '),
  })
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) {
    return { ...NOTHING, faults: [wrong([], 'the whole: not an object')] }
  }
  const options = fileOptionsOf(command)
  const values = new Map<string, unknown>()
  const written = new Map<string, FileValue>()
  const faults: FileFault[] = []
  for (const [key, value] of Object.entries(whole)) {
    if (key === SCHEMA_KEY) continue
    const option = options.get(key)
    const parsed = fileValueSchema.safeParse(value)
    if (option === undefined) faults.push(wrong([key], 'no such option'))
    else if (!parsed.success) faults.push(wrong([key], 'not a value of an option'))
    else {
      try {
        values.set(key, optionValue({ option, name: key }, parsed.data))
        written.set(key, parsed.data)
      } catch (error) {
        if (!(error instanceof ConfigurationInvalid)) throw error
        faults.push({ place: placeOf([key]), reason: error.message })
      }
    }
  }
  return { values, written, faults, placeOf }
}

const NOTHING = { values: new Map(), written: new Map(), placeOf: () => ({ line: 1, column: 1 }) }

/** As the flag would have given it. @throws {ConfigurationInvalid} Naming where it stands. */
function optionValue(
  { option, name }: { readonly option: Option; readonly name: string },
  value: FileValue,
): unknown {
  const fail = (why: string): never => {
    throw new ConfigurationInvalid(`${name}: ${why}`)
  }
  if (option.isBoolean()) return typeof value === 'boolean' ? value : fail('not true or false')
  const words = [value].flat().map(String)
  if (words.length !== 1 && option.parseArg !== wordList) return fail('a list')
  if (words.some((word) => option.argChoices?.includes(word) === false)) {
    return fail(`not one of ${option.argChoices?.join(', ')}`)
  }
  // A list of choices has a parser of its own, which wants what was there before.
  const parse = option.argChoices === undefined ? option.parseArg : undefined
  try {
    return words.reduce<unknown>((before, word) => parse?.(word, before) ?? word, undefined)
  } catch (error) {
    if (error instanceof InvalidArgumentError) return fail(error.message)
    throw error
  }
}
