/** The values that an entity would be started with, each with its source; what may be secret is left out. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { DEFAULT_LAB_CONFIG, readLabConfig } from '../lab/lab-config.ts'
import { fileOptionsOf, SCHEMA_KEY } from './config-file.ts'
import { type ConfiguredEntity, serveCommandOf, writtenValue } from './config-schema.ts'

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
  if (entity === 'lab') return effectiveLabConfig(sources)
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

/** The flags of the lab have no keys, but for a few with the same names, which are said for one run. */
function effectiveLabConfig({ flags, file }: ConfigSources): readonly EffectiveValue[] {
  if (flags.length > 0) throw new ConfigurationInvalid('config show lab: takes no flags of the lab')
  const config = file === undefined ? DEFAULT_LAB_CONFIG : readLabConfig(file)
  const written = file === undefined ? [] : flat(JSON.parse(readFileSync(file, 'utf8')) as object)
  const inFile = new Set(written.map(([key]) => key))
  return flat(config)
    .filter(([key]) => key !== SCHEMA_KEY)
    .map(([key, value]) => ({ key, value, from: inFile.has(key) ? `file ${file}` : 'default' }))
}

function flat(value: object, before = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]): [string, unknown][] =>
    typeof inner === 'object' && inner !== null
      ? flat(inner as object, `${before}${key}.`)
      : [[`${before}${key}`, inner]],
  )
}

/** Arguments of a key command and user names in URLs may be secrets; nothing else that can be set is one. */
function withoutSecrets(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(key, one))
  if (typeof value !== 'string') return value
  if (key === 'masterKey') return value.replace(/^(command:\s*\S+)\s.*$/s, '$1 …')
  return value.replace(/(:\/\/)[^/@\s]*@/g, '$1…@')
}
