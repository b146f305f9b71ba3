/** `--master-key`: what the keys of a data folder are sealed under. K-5 */
import type { MasterKeySource } from '../adapters/keys/master-key.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'

/** Its line in the help. */
export const MASTER_KEY_FLAG = [
  '--master-key <source>',
  'file:PATH, env:NAME, or command:PROGRAM ARG…; default master.key in the folder',
] as const

/** Of every command that opens the keys of a data folder. */
export interface MasterKeyFlags {
  readonly masterKey?: string | undefined
}

/** As options of `openDataFolder`: nothing where the flag is not given. @throws {ConfigurationInvalid} */
export function masterKeyIn({ masterKey }: MasterKeyFlags): {
  readonly masterKey?: MasterKeySource
} {
  const source = masterKeySourceOf(masterKey)
  return source === undefined ? {} : { masterKey: source }
}

/**
 * @param environment Of the process; commands are apps, which may read it.
 * @throws {ConfigurationInvalid} If the text is none of the forms.
 */
export function masterKeySourceOf(
  text: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): MasterKeySource | undefined {
  if (text === undefined) return undefined
  const [, kind, rest = ''] = /^(file|env|command):(.+)$/s.exec(text) ?? []
  if (kind === 'file') return { kind: 'file', path: rest }
  if (kind === 'env') return { kind: 'environment', name: rest, value: environment[rest] }
  const [command, ...args] = rest.split(' ').filter((word) => word !== '')
  if (kind === 'command' && command !== undefined) return { kind: 'command', command, args }
  throw new ConfigurationInvalid('--master-key: neither file:PATH, env:NAME nor command:PROGRAM')
}
