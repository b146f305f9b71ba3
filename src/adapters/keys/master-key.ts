/**
 * The master key that keys at rest are sealed under: from a file, an environment variable or a key
 * command. K-5. Its text is 64 hex digits or 44 characters of base64; former keys that still open stand
 * behind it, while they are rotated out.
 */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { type MasterKeys, masterKeyId } from '../../crypto/record-sealer.ts'
import { Secret } from '../../crypto/secret.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { fromBase64, fromHex, toHex } from '../../octets/octets.ts'
import type { Random } from '../../ports/random.ts'
import { makeSecretFile, readSecretFile, replaceSecretFile } from '../files/secret-file.ts'

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
      /** Default half a minute. */
      readonly timeoutMs?: number
    }

const KEY_LENGTH = 32
const NAME = 'master key file'
const MAX_KEYS = 4
const MAX_TEXT_LENGTH = 4_096
const COMMAND_TIMEOUT_MS = 30_000

/**
 * @param random Draws the key of a file that is made.
 * @returns The first key seals.
 * @throws {ConfigurationInvalid} If there is no key, or a file that others can read; the message names
 *   the source, never what it holds.
 */
export async function loadMasterKeys(source: MasterKeySource, random: Random): Promise<MasterKeys> {
  if (source.kind === 'environment') {
    return parseKeys(source.value ?? '', `environment variable ${source.name}`)
  }
  if (source.kind === 'command') {
    return parseKeys(runKeyCommand(source), `key command ${source.command}`)
  }
  const { path, create } = source
  const file = { path, name: NAME }
  if (create === true) makeSecretFile(file, toHex(random.octets(KEY_LENGTH)), random)
  return parseKeys(readSecretFile(file), `master key file ${path}`)
}

/**
 * The keys of a file as they are now, read again when the file is another one: so a process that runs
 * seals under a new master key at once. A file that cannot be read any more leaves it with what it had.
 *
 * @param keys What it held at the start; they may be older than the file is now.
 */
export function followMasterKeyFile(path: string, keys: MasterKeys): () => MasterKeys {
  let version: string | undefined
  let latest = keys
  return () => {
    const found = versionOf(path)
    if (found === undefined || found === version) return latest
    try {
      latest = parseKeys(readSecretFile({ path, name: NAME }), `${NAME} ${path}`)
      version = found
    } catch (error) {
      if (!(error instanceof ConfigurationInvalid)) throw error
    }
    return latest
  }
}

/** Puts these keys in place of those of the file, at once and durably. @throws {ConfigurationInvalid} */
export function replaceMasterKeys(path: string, keys: MasterKeys, random: Random): void {
  const all = [keys.current, ...(keys.former ?? [])]
  const text = all.map((key) => toHex(key.reveal())).join('\n')
  replaceSecretFile({ path, name: NAME }, text, random)
}

/** A fresh master key, 32 octets. */
export function drawMasterKey(random: Random): Secret {
  return Secret.of(random.octets(KEY_LENGTH))
}

function versionOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.ino}:${found.mtimeNs}:${found.ctimeNs}:${found.size}`
}

function parseKeys(text: string, name: string): MasterKeys {
  if (text.trim() === '') throw new ConfigurationInvalid(`${name}: it holds nothing`)
  const [current, ...former] = text
    .trim()
    .split(/\s+/)
    .map((word) => parseKey(word, name))
  const all = new Set([current, ...former].map((key) => key && masterKeyId(key)))
  if (current === undefined || all.size !== former.length + 1 || all.size > MAX_KEYS) {
    throw new ConfigurationInvalid(`${name}: it holds one key twice, or more than ${MAX_KEYS}`)
  }
  return { current, former }
}

function parseKey(word: string, name: string): Secret {
  try {
    const octets = word.length === 2 * KEY_LENGTH ? fromHex(word) : fromBase64(word)
    if (octets.length === KEY_LENGTH) return Secret.of(octets)
  } catch {
    // The cause would hold nothing that may be shown.
  }
  throw new ConfigurationInvalid(
    `${name}: it does not hold 64 hex digits or 44 characters of base64 (32 octets)`,
  )
}

function runKeyCommand({
  command,
  args,
  timeoutMs = COMMAND_TIMEOUT_MS,
}: MasterKeySource & { readonly kind: 'command' }): string {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: timeoutMs,
    // One that does not heed SIGTERM would be waited for without end.
    killSignal: 'SIGKILL',
    maxBuffer: MAX_TEXT_LENGTH,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (result.error === undefined && result.status === 0) return result.stdout
  const failure: NodeJS.ErrnoException | undefined = result.error
  const reason = failure?.code ?? result.signal ?? `exit status ${result.status}`
  throw new ConfigurationInvalid(`key command ${command}: it failed (${reason})`)
}
