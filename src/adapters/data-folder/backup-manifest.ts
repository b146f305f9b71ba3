/** `backup.json`: what a backup holds, written last, so that one without it is known as unfinished. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigurationInvalid } from '../../errors/errors.ts'

/** The manifest's name. */
export const MANIFEST_FILE = 'backup.json'

const manifestSchema = z.object({
  form: z.literal(1),
  createdAt: z.iso.datetime(),
  /** Of the key that the values are sealed under; absent where it is not in the folder. */
  masterKeyId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  /** SHA-256 of each file, hex. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
})

/** What a backup holds. */
export type BackupManifest = z.infer<typeof manifestSchema>

/** Writes the manifest of a folder that is complete otherwise. */
export function writeManifest(
  folder: string,
  files: readonly string[],
  about: Pick<BackupManifest, 'createdAt' | 'masterKeyId'>,
): void {
  const digests = Object.fromEntries(files.map((name) => [name, sha256(join(folder, name))]))
  const manifest: BackupManifest = { form: 1, ...about, files: digests }
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`
  writeFileSync(join(folder, MANIFEST_FILE), text, { mode: 0o600, flush: true })
}

/**
 * The manifest of a backup whose files are all as they were written.
 *
 * @throws {ConfigurationInvalid} If it is no whole backup; names the file that differs.
 */
export function verifyBackup(folder: string): BackupManifest {
  const manifest = readManifest(folder)
  for (const [name, digest] of Object.entries(manifest.files)) {
    if (digestOf(join(folder, name)) === digest) continue
    throw new ConfigurationInvalid(`${folder}: ${name} is missing or was altered`)
  }
  return manifest
}

function readManifest(folder: string): BackupManifest {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(join(folder, MANIFEST_FILE), 'utf8')))
  } catch (cause) {
    throw new ConfigurationInvalid(`${folder}: it is no finished backup (no ${MANIFEST_FILE})`, {
      cause,
    })
  }
}

function digestOf(file: string): string | undefined {
  try {
    return sha256(file)
  } catch {
    return undefined
  }
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
