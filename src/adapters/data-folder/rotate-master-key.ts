/**
 * Another master key for a data folder, while its entities run. K-5
 *
 * The key file gets the new key with the former behind it, every sealed value is sealed anew, then the
 * former key leaves the file. A kill at any moment leaves a folder that works; the next run goes on.
 */
import { join } from 'node:path'
import { createRecordSealer, type MasterKeys, masterKeyId } from '../../crypto/record-sealer.ts'
import { ConfigurationInvalid, StoreFailed } from '../../errors/errors.ts'
import type { Random } from '../../ports/random.ts'
import {
  drawMasterKey,
  loadMasterKeys,
  type MasterKeySource,
  replaceMasterKeys,
} from '../keys/master-key.ts'
import { countSealedOtherwise, resealDatabase } from '../sqlite/reseal-database.ts'
import { MASTER_KEY_FILE } from './data-folder.ts'
import { findDatabases, lockFolder } from './folder-databases.ts'

/** Ids of master keys, 16 hex digits each. */
export interface MasterKeyIds {
  readonly keyId: string
  /** Keys that still open: there are some while a rotation is unfinished. */
  readonly formerKeyIds: readonly string[]
}

/** How a rotation ended. */
export interface Rotation extends MasterKeyIds {
  /** Whether it finished one that had been interrupted. */
  readonly isResumed: boolean
  /** How many values were sealed anew. */
  readonly resealed: number
}

/** How many rows of how many of a database are looked at. */
export type RotationProgress = (name: string, done: number, total: number) => void

/** Which folder and key. */
export interface RotationPlace {
  readonly folder: string
  /** A key that is not in the folder: it is not replaced, its holder puts the new one in front. */
  readonly masterKey?: MasterKeySource
}

/** @throws {ConfigurationInvalid} If there is no folder or no key. */
export async function readMasterKeyIds(
  place: RotationPlace,
  random: Random,
): Promise<MasterKeyIds> {
  return idsOf(await loadMasterKeys(sourceOf(place), random))
}

/**
 * @throws {ConfigurationInvalid} If the folder cannot be used, holds a database of an unknown kind, is
 *   being rotated or backed up, or if a key that is elsewhere has no former one behind it.
 * @throws {StoreFailed} If a value does not open: both keys stay in the file.
 */
export async function rotateMasterKey(
  place: RotationPlace,
  random: Random,
  progress: RotationProgress = () => {},
): Promise<Rotation> {
  const { folder, masterKey } = place
  findDatabases(folder)
  const release = lockFolder(folder)
  try {
    const found = await loadMasterKeys(sourceOf(place), random)
    const isResumed = (found.former ?? []).length > 0
    if (masterKey !== undefined) {
      if (!isResumed) throw hasNoFormerKey()
      const resealed = await resealAll(folder, found, { random, progress })
      return { ...idsOf(found), isResumed: false, resealed }
    }
    const file = join(folder, MASTER_KEY_FILE)
    const keys = isResumed ? found : { current: drawMasterKey(random), former: [found.current] }
    if (!isResumed) replaceMasterKeys(file, keys, random)
    const resealed = await resealAll(folder, keys, { random, progress })
    replaceMasterKeys(file, { current: keys.current }, random)
    return { ...idsOf(keys), isResumed, resealed }
  } finally {
    release()
  }
}

/** Databases are looked for again: one made since then has keys under the key of that moment. */
async function resealAll(
  folder: string,
  keys: MasterKeys,
  { random, progress }: { readonly random: Random; readonly progress: RotationProgress },
): Promise<number> {
  const sealer = createRecordSealer(keys, random)
  let count = 0
  for (const { name, file, kind } of findDatabases(folder)) {
    count += await resealDatabase(file, kind, sealer, (done, total) => progress(name, done, total))
  }
  for (const { file, kind } of findDatabases(folder)) {
    const left = countSealedOtherwise(file, kind, sealer.keyId)
    if (left === 0) continue
    throw new StoreFailed(
      `${kind.schema.name} store ${file}: ${left} keys are sealed under a former master key again; ` +
        'a process seals with a key of its own: start it anew, then rotate again',
    )
  }
  return count
}

function sourceOf({ folder, masterKey }: RotationPlace): MasterKeySource {
  return masterKey ?? { kind: 'file', path: join(folder, MASTER_KEY_FILE) }
}

function idsOf({ current, former = [] }: MasterKeys): MasterKeyIds {
  return { keyId: masterKeyId(current), formerKeyIds: former.map(masterKeyId) }
}

function hasNoFormerKey(): ConfigurationInvalid {
  return new ConfigurationInvalid(
    '--master-key: a key outside the folder is not replaced; give the new key with the former ' +
      'behind it, separated by a space or a line end',
  )
}
