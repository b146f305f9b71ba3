/**
 * One configuration for a command that serves: flags over environment over a JSON file over defaults. The
 * keys of the file are the flags in camel case, so that there is one list of options. Design 10, 12
 */
import type { Command, Option } from 'commander'
import { InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { fromUtf8 } from '../octets/octets.ts'
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
const fileSchema = z.record(z.string(), z.union([scalar, z.array(scalar)]))
type FileValue = z.infer<typeof fileSchema>[string]

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
  for (const [key, value] of Object.entries(readConfigFile(file))) {
    const option = command.options.find((one) => one.attributeName() === key && key !== 'config')
    const name = `configuration ${file}: ${key}`
    if (option === undefined) throw new ConfigurationInvalid(`${name}: no such option`)
    if (['cli', 'env'].includes(command.getOptionValueSource(key) ?? '')) continue
    command.setOptionValueWithSource(key, optionValue({ option, name }, value), 'config')
  }
}

function readConfigFile(file: string): z.infer<typeof fileSchema> {
  const text = fromUtf8(readWholeFile('--config', file), 'configuration')
  const parsed = fileSchema.safeParse(parseJson(text, file))
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'the whole'
  throw new ConfigurationInvalid(`configuration ${file}: ${where}: not a value of an option`)
}

/** What is wrong is named by its line. */
function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const { message } = cause as SyntaxError
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? text.length)
    const line = text.slice(0, at).split('\n').length
    throw new ConfigurationInvalid(`configuration ${file}: line ${line}: not JSON`, { cause })
  }
}

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
