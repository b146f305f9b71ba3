/** Card profiles as files: they hold K, so only their owner may read them. K-5 */
import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { type CardProfile, formatCardProfile, parseCardProfile } from '../../uicc/card-profile.ts'
import { readBoundedText } from '../files/bounded-file.ts'
import { cardStateFile } from './file-card-state.ts'

const MODE = 0o600
const OTHERS = 0o077
const MAX_LENGTH = 65_536
const SHARED = 'others may use it; run chmod 600 on it'

/**
 * @throws {ConfigurationInvalid} If there is no such file, others than its owner may use it, or it is no
 *   card profile; the message names path and reason, never a value.
 */
export async function readCardProfile(path: string): Promise<CardProfile> {
  try {
    const text = readBoundedText(path, {
      maxOctets: MAX_LENGTH,
      check({ mode }) {
        if ((mode & OTHERS) !== 0) throw new ConfigurationInvalid(SHARED)
      },
    })
    return parseCardProfile(text)
  } catch (error) {
    throw explain(error, path)
  }
}

/**
 * Writes a new file with mode 0600.
 *
 * @throws {ConfigurationInvalid} If there is a file of that name, or the state of a former card, or none
 *   can be made.
 */
export async function writeNewCardProfile(path: string, profile: CardProfile): Promise<void> {
  if (existsSync(cardStateFile(path))) {
    throw unusable(path, `the state of a former card is still there, in ${cardStateFile(path)}`)
  }
  try {
    const file = await open(path, 'wx', MODE)
    try {
      await file.writeFile(formatCardProfile(profile))
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw explain(error, path)
  }
}

function explain(error: unknown, path: string): ConfigurationInvalid {
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof ConfigurationInvalid) return unusable(path, message)
  if (code === 'ENOENT') return unusable(path, 'there is no such file or folder')
  if (code === 'EEXIST') return unusable(path, 'it exists and is not overwritten')
  return unusable(path, `it cannot be used (${code ?? 'unknown cause'})`)
}

function unusable(path: string, reason: string): ConfigurationInvalid {
  return new ConfigurationInvalid(`card ${path}: ${reason}`)
}
