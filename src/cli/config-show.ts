/** The values that an entity would be started with, each with its source; what may be secret is left out. */
import type { Command } from 'commander'
import { fromUtf8 } from '../octets/octets.ts'
import { fileOptionsOf } from './config-file.ts'
import {
  type ConfiguredEntity,
  labCommandOf,
  serveCommandOf,
  writtenValue,
} from './config-schema.ts'
import { labValuesOf } from './lab-settings.ts'
import { readWholeFile } from './read-whole-file.ts'

/** One value. */
export interface EffectiveValue {
  readonly key: string
  /** As it is written in a file; `null` if there is none. */
  readonly value: unknown
  /** For instance `flag --listen`, `environment CPNS_BSF_LISTEN`, `file bsf.json`, `default`. */
  readonly from: string
}

/** Beside the environment. */
export interface ConfigSources {
  /** As on the command line of the entity. */
  readonly flags: readonly string[]
  readonly file: string | undefined
}

/**
 * @param program Is used up: its commands do nothing afterwards.
 * @throws {ConfigurationInvalid} If flags, environment or file cannot be used.
 */
export async function effectiveConfig(
  program: Command,
  entity: ConfiguredEntity,
  sources: ConfigSources,
): Promise<readonly EffectiveValue[]> {
  if (entity === 'lab') return await effectiveLabConfig(program, sources)
  const { flags, file } = sources
  const serve = serveCommandOf(program, entity).action(() => {})
  await serve.parseAsync([...flags, ...(file === undefined ? [] : ['--config', file])], {
    from: 'user',
  })
  const configFile = String(serve.getOptionValue('config'))
  return [...fileOptionsOf(serve)].map(([key, option]) => {
    const from: Record<string, string> = {
      cli: `flag ${option.long}`,
      env: `environment ${option.envVar}`,
      config: `file ${configFile}`,
    }
    const value: unknown = serve.getOptionValue(key)
    return {
      key,
      value: withoutSecrets(key, writtenValue(value) ?? null),
      from: from[serve.getOptionValueSource(key) ?? ''] ?? 'default',
    }
  })
}

/** Flags of the lab that are no settings are said for one run, and have no keys. */
async function effectiveLabConfig(
  program: Command,
  { flags, file }: ConfigSources,
): Promise<readonly EffectiveValue[]> {
  const lab = labCommandOf(program).action(() => {})
  await lab.parseAsync([...flags, ...(file === undefined ? [] : ['--config', file])], {
    from: 'user',
  })
  const configFile = lab.getOptionValue('config') as string | undefined
  const written: unknown =
    configFile === undefined ? {} : JSON.parse(fromUtf8(readWholeFile('--config', configFile)))
  return labValuesOf(lab, (path) => isWritten(written, path)).map(({ setting, value, from }) => {
    const names = {
      cli: `flag ${setting.flag}`,
      env: `environment ${setting.variable}`,
      config: `file ${configFile}`,
      default: 'default',
    }
    return { key: setting.path.join('.'), value, from: names[from] }
  })
}

function isWritten(written: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true
  const inner = (written as Record<string, unknown> | undefined)?.[name]
  return inner !== undefined && isWritten(inner, rest)
}

/** Arguments of a key command and user names in URLs may be secrets; nothing else that can be set is one. */
function withoutSecrets(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(key, one))
  if (typeof value !== 'string') return value
  if (key === 'masterKey') return value.replace(/^(command:\s*\S+)\s.*$/s, '$1 …')
  return value.replace(/(:\/\/)[^/@\s]*@/g, '$1…@')
}
