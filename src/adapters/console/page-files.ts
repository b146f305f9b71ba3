/** The built page, read once: a handful of files that never change while the program runs. Design 11 */
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { ConfigurationInvalid } from '../../errors/errors.ts'

/** One file as it is sent. */
export interface PageFile {
  readonly body: Buffer
  readonly type: string
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/**
 * @param folder With `index.html` and `assets/`.
 * @returns By path below the folder, with slashes.
 * @throws {ConfigurationInvalid} If the page is not there.
 */
export function readPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  try {
    const names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && extname(entry.name) in TYPES)
      .map((entry) => join(entry.parentPath, entry.name))
    const files = new Map(
      names.map((name) => [
        name
          .slice(folder.length)
          .replace(/^[/\\]/, '')
          .replaceAll('\\', '/'),
        { body: readFileSync(name), type: TYPES[extname(name)] as string },
      ]),
    )
    if (!files.has('index.html')) throw new Error('no index.html')
    return files
  } catch (cause) {
    throw new ConfigurationInvalid(`the page of the console is not in ${folder}`, { cause })
  }
}
