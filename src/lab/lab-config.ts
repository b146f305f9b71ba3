/** The lab's configuration file: JSON, all of it optional, nothing unknown in it. */
import { z } from 'zod'
import {
  MAX_SMALL_FILE_OCTETS,
  readBoundedText,
  whyUnread,
} from '../adapters/files/bounded-file.ts'
import { type FileFault, readPlacedJson } from '../adapters/files/placed-json.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'

/** What Zh can be carried by. */
export const ZH_FORMS = ['diameter', 'http2', 'in-process'] as const
/** What Zn can be carried by. */
export const ZN_FORMS = ['diameter', 'http2', 'web-service', 'in-process'] as const

const MAX_PORT = 65_535

/** A port that is taken if it is free now, unless told otherwise. */
function port(point: string) {
  return z.int().min(0).max(MAX_PORT).default(0).describe(`port of ${point}; 0 takes a free one`)
}

const labConfigSchema = z.strictObject({
  /** By which an editor finds the JSON Schema. */
  $schema: z.string().optional(),
  host: z
    .enum(['127.0.0.1', '::1'])
    .default('127.0.0.1')
    .describe('address that all servers listen on; the lab stays on this machine'),
  ports: z
    .strictObject({
      ub: port('Ub'),
      zh: port('Zh'),
      zn: port('Zn'),
      'cpns-2': port('CPNS-2'),
      'cpns-1': port('CPNS-1'),
      console: port('the console'),
    })
    .prefault({}),
  zh: z.enum(ZH_FORMS).default('diameter').describe('what carries Zh'),
  zn: z.enum(ZN_FORMS).default('diameter').describe('what carries Zn'),
  storySessionSeconds: z
    .int()
    .min(2)
    .max(60)
    .default(2)
    .describe("life of the PN GW's first session in the story, in seconds"),
})

/** Settings of a lab; `docs/reference/configuration.md` explains each. */
export type LabConfig = z.infer<typeof labConfigSchema>

/** What a lab does without a file. */
export const DEFAULT_LAB_CONFIG: LabConfig = labConfigSchema.parse({})

/** Value of one setting. */
export type LabValue = string | number

/** One setting of the file, which is a flag and a variable too. */
export interface LabSetting {
  /** Where it is in the file, for instance `ports`, `ub`. */
  readonly path: readonly string[]
  /** For instance `--ports-ub`. */
  readonly flag: string
  /** For instance `CPNS_LAB_PORTS_UB`. */
  readonly variable: string
  readonly description: string
  readonly defaultValue: LabValue
  /** The values that there are, if they are words. */
  readonly choices?: readonly string[]
}

const { $schema: _, ports: portsSchema, ...plainShape } = labConfigSchema.shape
const portShape = portsSchema.unwrap().shape
const { ports: DEFAULT_PORTS, ...DEFAULT_PLAIN } = DEFAULT_LAB_CONFIG

/** All of them, in the order of the file. */
export const LAB_SETTINGS: readonly LabSetting[] = [
  settingOf(['host'], plainShape.host, DEFAULT_PLAIN.host),
  ...Object.entries(portShape).map(([name, schema]) =>
    settingOf(['ports', name], schema, DEFAULT_PORTS[name as keyof typeof DEFAULT_PORTS]),
  ),
  settingOf(['zh'], plainShape.zh, DEFAULT_PLAIN.zh),
  settingOf(['zn'], plainShape.zn, DEFAULT_PLAIN.zn),
  settingOf(
    ['storySessionSeconds'],
    plainShape.storySessionSeconds,
    DEFAULT_PLAIN.storySessionSeconds,
  ),
]

function settingOf(
  path: readonly string[],
  schema: { readonly description?: string | undefined; unwrap(): unknown },
  defaultValue: LabValue,
): LabSetting {
  const words = path.join('-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const inner = schema.unwrap()
  return {
    path,
    flag: `--${words}`,
    variable: `CPNS_LAB_${words.replaceAll('-', '_').toUpperCase()}`,
    description: schema.description ?? '',
    defaultValue,
    ...(inner instanceof z.ZodEnum && { choices: inner.options.map(String) }),
  }
}

/** The value that a flag or variable says. @throws {RangeError} Saying why it cannot be. */
export function parseLabValue({ path, defaultValue }: LabSetting, text: string): LabValue {
  const value = typeof defaultValue === 'number' && /^\d+$/.test(text) ? Number(text) : text
  const parsed = labConfigSchema.safeParse(nest(path, value))
  if (parsed.success) return value
  throw new RangeError(parsed.error.issues[0]?.message ?? 'it cannot be used')
}

/** A configuration with other values. */
export function withLabValues(
  config: LabConfig,
  values: ReadonlyMap<LabSetting, LabValue>,
): LabConfig {
  const changed = structuredClone(config) as Record<string, unknown>
  for (const [{ path }, value] of values) {
    const [last = '', ...before] = path.toReversed()
    const place = before.toReversed().reduce((inner, name) => inner[name] as typeof inner, changed)
    place[last] = value
  }
  return labConfigSchema.parse(changed)
}

/** The value of a setting. */
export function labValueOf(config: LabConfig, { path }: LabSetting): LabValue {
  return path.reduce<unknown>(
    (inner, name) => (inner as Record<string, unknown>)[name],
    config,
  ) as LabValue
}

function nest(path: readonly string[], value: LabValue): unknown {
  return path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
}

/** JSON Schema (2020-12) of the file. */
export function labConfigJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(labConfigSchema, { io: 'input' })
  for (const { path, description, flag, variable } of LAB_SETTINGS) {
    const place = path.reduce<z.core.JSONSchema.BaseSchema | undefined>(
      (inner, name) => inner?.properties?.[name] as z.core.JSONSchema.BaseSchema | undefined,
      schema,
    )
    if (place !== undefined) place.description = `${description} (${flag}; ${variable})`
  }
  return schema
}

/** @throws {ConfigurationInvalid} Naming file, line, column and field of the first fault. */
export function readLabConfig(file: string): LabConfig {
  const result = checkLabConfig(file)
  if ('config' in result) return result.config
  const [fault] = result.faults
  const { line, column } = fault?.place ?? { line: 1, column: 1 }
  throw new ConfigurationInvalid(`configuration ${file}:${line}:${column}: ${fault?.reason}`)
}

/** All that is wrong in a file. @throws {ConfigurationInvalid} If it cannot be read. */
export function checkLabConfig(
  file: string,
): { readonly config: LabConfig } | { readonly faults: readonly FileFault[] } {
  const json = readPlacedJson(readText(file))
  if ('reason' in json) return { faults: [json] }
  const parsed = labConfigSchema.safeParse(json.value)
  if (parsed.success) return { config: parsed.data }
  const faults = parsed.error.issues.flatMap(({ path, message, ...issue }) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : []
    const at = (where: readonly PropertyKey[], reason: string): FileFault => ({
      place: json.placeOf(where),
      reason: `${where.map(String).join('.') || 'the whole'}: ${reason}`,
    })
    if (keys.length === 0) return [at(path, message)]
    return keys.map((key) => at([...path, key], 'no such option'))
  })
  return { faults }
}

function readText(file: string): string {
  try {
    return readBoundedText(file, { maxOctets: MAX_SMALL_FILE_OCTETS })
  } catch (cause) {
    throw new ConfigurationInvalid(`configuration ${file}: ${whyUnread(cause)}`, { cause })
  }
}
