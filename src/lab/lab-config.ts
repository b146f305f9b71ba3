/** The lab's configuration file: JSON, all of it optional, nothing unknown in it. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type FileFault, readPlacedJson } from '../adapters/files/placed-json.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'

const port = z.int().min(0).max(65_535)

/** What Zh can be carried by. */
export const ZH_FORMS = ['diameter', 'http2', 'in-process'] as const
/** What Zn can be carried by. */
export const ZN_FORMS = ['diameter', 'http2', 'web-service', 'in-process'] as const

const labConfigSchema = z.strictObject({
  /** By which an editor finds the JSON Schema. */
  $schema: z.string().optional(),
  /** Address that all servers of the lab listen on; the lab stays on this machine. */
  host: z.enum(['127.0.0.1', '::1']).default('127.0.0.1'),
  /** Ports; 0 takes a free one. */
  ports: z
    .strictObject({
      ub: port.default(0),
      zh: port.default(0),
      zn: port.default(0),
      'cpns-2': port.default(0),
      'cpns-1': port.default(0),
      console: port.default(0),
    })
    .prefault({}),
  /** What carries Zh. */
  zh: z.enum(ZH_FORMS).default('diameter'),
  /** What carries Zn. */
  zn: z.enum(ZN_FORMS).default('diameter'),
  /** Life of the PN GW's first session in the story, in seconds. */
  storySessionSeconds: z.int().min(2).max(60).default(2),
})

/** Settings of a lab; `docs/reference/configuration.md` explains each. */
export type LabConfig = z.infer<typeof labConfigSchema>

/** What a lab does without a file. */
export const DEFAULT_LAB_CONFIG: LabConfig = labConfigSchema.parse({})

/** JSON Schema (2020-12) of the file. */
export function labConfigJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(labConfigSchema, { io: 'input' })
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
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`configuration ${file}: cannot be read (${code})`, { cause })
  }
}
