/** Making folders for files that hold keys: for their owner only. K-5 */
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const MODE = 0o700

/**
 * Makes a folder and what is missing above it, all with mode 0700; one that is there stays as it is.
 *
 * Not by the platform's own `recursive`: on Node.js 20 that never comes back where a folder cannot be
 * made in one that exists (as in /proc).
 *
 * @throws The error of the file system, with its `code`, if that cannot be.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return
  const parent = dirname(path)
  if (parent !== path && !isFolder(parent)) makeFolder(parent)
  try {
    mkdirSync(path, { mode: MODE })
  } catch (error) {
    // Another process may have made it at the same moment.
    if (!isFolder(path)) throw error
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
