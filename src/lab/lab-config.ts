/** The lab's configuration file: JSON, all of it optional, nothing unknown in it. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { ConfigurationInvalid } from '../errors/errors.ts'

const port = z.int().min(0).max(65_535)

/** What Zh can be carried by. */
export const ZH_FORMS = ['diameter', 'http2', 'in-process'] as const
/** What Zn can be carried by. */
export const ZN_FORMS = ['diameter', 'http2', 'web-service', 'in-process'] as const

const labConfigSchema = z.strictObject({
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

/** @throws {ConfigurationInvalid} Naming file and field. */
export function readLabConfig(file: string): LabConfig {
  const parsed = labConfigSchema.safeParse(readJson(file))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') || 'the whole'
  throw new ConfigurationInvalid(
    `configuration ${file}: ${where}: ${issue?.message ?? 'not valid'}`,
  )
}

function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`configuration ${file}: cannot be read (${code})`, { cause })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConfigurationInvalid(`configuration ${file}: not JSON`, { cause })
  }
}
