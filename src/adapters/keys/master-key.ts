/**
 * The master key that keys at rest are sealed under: from a file, an environment variable or a key
 * command. K-5. Its text is 64 hex digits or 44 characters of base64.
 */
import { spawnSync } from 'node:child_process'
import { Secret } from '../../crypto/secret.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { fromBase64, fromHex, toHex } from '../../octets/octets.ts'
import type { Random } from '../../ports/random.ts'
import { makeSecretFile, readSecretFile } from '../files/secret-file.ts'

/** Where the master key comes from. */
export type MasterKeySource =
  | {
      readonly kind: 'file'
      readonly path: string
      /** Makes a missing file, mode 0600, with a fresh key. */
      readonly create?: boolean
    }
  | {
      readonly kind: 'environment'
      /** Name of the variable, for errors. */
      readonly name: string
      /** What it holds; read by the app, because only apps read the environment. */
      readonly value: string | undefined
    }
  | {
      readonly kind: 'command'
      /** A program that prints the key; its error output goes to ours. */
      readonly command: string
      readonly args: readonly string[]
    }

const KEY_LENGTH = 32
const MAX_TEXT_LENGTH = 4_096
const COMMAND_TIMEOUT_MS = 30_000

/**
 * @param random Draws the key of a file that is made.
 * @returns 32 octets.
 * @throws {ConfigurationInvalid} If there is no key, or a file that others can read; the message names
 *   the source, never what it holds.
 */
export async function loadMasterKey(source: MasterKeySource, random: Random): Promise<Secret> {
  if (source.kind === 'environment') {
    return parseKey(source.value ?? '', `environment variable ${source.name}`)
  }
  if (source.kind === 'command') {
    return parseKey(runKeyCommand(source), `key command ${source.command}`)
  }
  const { path, create } = source
  const file = { path, name: 'master key file' }
  if (create === true) makeSecretFile(file, toHex(random.octets(KEY_LENGTH)), random)
  return parseKey(readSecretFile(file), `master key file ${path}`)
}

function parseKey(text: string, name: string): Secret {
  const trimmed = text.trim()
  try {
    const octets = trimmed.length === 2 * KEY_LENGTH ? fromHex(trimmed) : fromBase64(trimmed)
    if (octets.length === KEY_LENGTH) return Secret.of(octets)
  } catch {
    // The cause would hold nothing that may be shown.
  }
  throw new ConfigurationInvalid(
    `${name}: it does not hold 64 hex digits or 44 characters of base64 (32 octets)`,
  )
}

function runKeyCommand({ command, args }: { command: string; args: readonly string[] }): string {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: MAX_TEXT_LENGTH,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (result.error === undefined && result.status === 0) return result.stdout
  const failure: NodeJS.ErrnoException | undefined = result.error
  const reason = failure?.code ?? result.signal ?? `exit status ${result.status}`
  throw new ConfigurationInvalid(`key command ${command}: it failed (${reason})`)
}
