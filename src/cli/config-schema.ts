/** JSON Schemas of configuration files, made of the same options as the flags. Design 10; issue 6, 3 */
import type { Command, Option } from 'commander'
import { labConfigJsonSchema } from '../lab/lab-config.ts'
import { fileOptionsOf, SCHEMA_KEY, wordList } from './config-file.ts'
import { formatHostPort, type HostPort, parseHostPort } from './host-port.ts'
import { parseWholeNumber } from './whole-number.ts'

/** What has a configuration file. */
export const CONFIGURED = ['hss', 'bsf', 'server', 'gateway', 'lab'] as const

/** One of them. */
export type ConfiguredEntity = (typeof CONFIGURED)[number]

/** A schema, as JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'
const HOST_PORT = '^(\\[[0-9A-Fa-f:.%]+\\]|[^\\s:\\[\\]/@]+):[0-9]{1,5}$'
const LARGEST_WHOLE_NUMBER = 2 ** 31 - 1

/** `cpns ENTITY serve`, whose flags are the options. @param program Which is to have it. */
export function serveCommandOf(
  program: Command,
  entity: Exclude<ConfiguredEntity, 'lab'>,
): Command {
  const serve = program.commands
    .find((command) => command.name() === entity)
    ?.commands.find((command) => command.name() === 'serve')
  if (serve === undefined) throw new RangeError(`there is no command ${entity} serve`)
  return serve
}

/** `cpns lab`. @param program Which is to have it. */
export function labCommandOf(program: Command): Command {
  const lab = program.commands.find((command) => command.name() === 'lab')
  if (lab === undefined) throw new RangeError('there is no command lab')
  return lab
}

/** The JSON Schema (2020-12) of the file of an entity. */
export function configSchemaOf(program: Command, entity: ConfiguredEntity): JsonSchema {
  const title = `Configuration of cpns ${entity === 'lab' ? 'lab' : `${entity} serve`}`
  if (entity === 'lab') return { ...labConfigJsonSchema(), title }
  const options = fileOptionsOf(serveCommandOf(program, entity))
  const properties = [...options].map(([key, option]) => [key, schemaOf(option)] as const)
  return {
    $schema: DIALECT,
    title,
    type: 'object',
    additionalProperties: false,
    properties: { [SCHEMA_KEY]: { type: 'string' }, ...Object.fromEntries(properties) },
  }
}

/** How a default is written in a file. */
export function writtenValue(value: unknown): unknown {
  const isAddress = typeof value === 'object' && value !== null && 'port' in value
  return isAddress ? formatHostPort(value as HostPort) : value
}

function schemaOf(option: Option): JsonSchema {
  const { description, long, envVar } = option
  const common = {
    description: `${description} (${long}; ${envVar})`,
    ...(option.defaultValue !== undefined && { default: writtenValue(option.defaultValue) }),
  }
  if (option.isBoolean()) return { type: 'boolean', ...common }
  if (option.parseArg === wordList) {
    return { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'string' }], ...common }
  }
  if (option.argChoices !== undefined) return { enum: option.argChoices, ...common }
  if (option.parseArg === parseHostPort) return { type: 'string', pattern: HOST_PORT, ...common }
  if (option.parseArg === parseWholeNumber) {
    return { type: 'integer', minimum: 1, maximum: LARGEST_WHOLE_NUMBER, ...common }
  }
  return { type: 'string', ...common }
}
