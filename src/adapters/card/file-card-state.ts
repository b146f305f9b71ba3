/**
 * The durable state of a software card in one file: written under another name, synced, then renamed, so
 * that a kill at any moment leaves the old state or the new one. Design 9
 */
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { StoreFailed } from '../../errors/errors.ts'
import { toHex } from '../../octets/octets.ts'
import type { Random } from '../../ports/random.ts'
import type { CardStateStore } from '../../uicc/card-state-store.ts'

const ABSENT = 'absent'
const DRAFT_ENDING = '.new'
const CLAIM_ENDING = `.claim${DRAFT_ENDING}`
const MODE = 0o600

/** Where the state of a card stands: beside its profile. */
export function cardStateFile(profileFile: string): string {
  return `${profileFile}.state`
}

/**
 * State of one card. A file that another process has written since this one read it is not overwritten:
 * two processes on one card would count SQN and tries apart.
 *
 * @param path Made with mode 0600 by the first save; its folder must exist.
 * @param random Names the drafts.
 */
export function createFileCardState(path: string, random: Random): CardStateStore {
  let seen = ABSENT

  const failed = (doing: string, cause: unknown): StoreFailed => {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown cause'
    return new StoreFailed(`card state ${path}: it cannot be ${doing} (${code})`, { cause })
  }

  return {
    async load() {
      try {
        await removeDrafts(path)
        const found = await readWhole(path)
        seen = found?.version ?? ABSENT
        return found?.octets
      } catch (cause) {
        throw failed('read', cause)
      }
    },
    async save(state) {
      const draft = `${path}.${toHex(random.octets(8))}${DRAFT_ENDING}`
      try {
        const version = await writeDraft(draft, state)
        await replace({ path, draft, seen })
        seen = version
        await syncFolder(dirname(path))
      } catch (cause) {
        await rm(draft, { force: true }).catch(() => undefined)
        throw cause instanceof StoreFailed ? cause : failed('written', cause)
      }
    },
  }
}

async function readWhole(path: string) {
  const file = await open(path, 'r').catch(unless('ENOENT'))
  if (file === undefined) return undefined
  try {
    const octets = new Uint8Array(await file.readFile())
    return { octets, version: await versionOf(file) }
  } finally {
    await file.close()
  }
}

async function writeDraft(draft: string, state: Uint8Array): Promise<string> {
  const file = await open(draft, 'wx', MODE)
  try {
    await file.writeFile(state)
    await file.sync()
    return await versionOf(file)
  } finally {
    await file.close()
  }
}

/**
 * Puts the draft in the place of the state that this process has seen. Of processes that do so at the same time
 * one gets the claim; what a killed one leaves of it is removed with the drafts.
 *
 * @throws {StoreFailed} If another process has written, or is about to.
 */
async function replace({
  path,
  draft,
  seen,
}: Record<'path' | 'draft' | 'seen', string>): Promise<void> {
  const claim = `${path}${CLAIM_ENDING}`
  const claimed = await open(claim, 'wx', MODE).catch(unless('EEXIST'))
  if (claimed === undefined) throw inUse(path)
  try {
    await claimed.close()
    if ((await versionAt(path)) !== seen) throw inUse(path)
    await rename(draft, path)
  } finally {
    await rm(claim, { force: true })
  }
}

function inUse(path: string): StoreFailed {
  return new StoreFailed(`card state ${path}: another process uses this card`)
}

/** A new name is durable only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** What killed processes left behind. */
async function removeDrafts(path: string): Promise<void> {
  const folder = dirname(path)
  const start = `${basename(path)}.`
  for (const name of await readdir(folder)) {
    if (name.startsWith(start) && name.endsWith(DRAFT_ENDING)) {
      await rm(join(folder, name), { force: true })
    }
  }
}

async function versionAt(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(unless('ENOENT'))
  return found === undefined ? ABSENT : format(found)
}

async function versionOf(file: FileHandle): Promise<string> {
  return format(await file.stat({ bigint: true }))
}

function format({ ino, mtimeNs, size }: Record<'ino' | 'mtimeNs' | 'size', bigint>): string {
  return `${ino}:${mtimeNs}:${size}`
}

function unless(code: string): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (error.code !== code) throw error
    return undefined
  }
}
