/** Lines of a file of `cpns subscriber import FILE`; what is wrong names the file. */
import { createReadStream } from 'node:fs'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { HssStore } from '../hss/hss-store.ts'
import { type ImportResult, importSubscribers, type Progress } from '../hss/subscriber-import.ts'
import { MAX_LINE_LENGTH } from '../hss/subscriber-lines.ts'

/**
 * Reads the file twice: first to check every line, then to add.
 *
 * @throws {ConfigurationInvalid} Naming file and line; nothing was added then.
 */
export async function importFile(
  file: string,
  options: { readonly store?: HssStore; readonly progress?: Progress },
): Promise<ImportResult> {
  try {
    return await importSubscribers(() => textLinesOf(file), options)
  } catch (error) {
    if (!(error instanceof ConfigurationInvalid)) throw error
    throw new ConfigurationInvalid(`${file}: ${error.message}`, { cause: error.cause })
  }
}

/** Lines of a file that is read as they are taken. One that never ends is given as it is, to be refused. */
async function* textLinesOf(file: string): AsyncGenerator<string, void, undefined> {
  let rest = ''
  for await (const piece of piecesOf(file)) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (rest.length > MAX_LINE_LENGTH) break
  }
  yield rest
}

async function* piecesOf(file: string): AsyncGenerator<string, void, undefined> {
  const stream = createReadStream(file, { encoding: 'utf8' })
  try {
    yield* stream as AsyncIterable<string>
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`cannot be read (${code})`, { cause })
  }
}
