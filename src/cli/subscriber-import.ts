/**
 * `cpns subscriber import FILE`: many subscribers at once, into the HSS's store. The file is read whole before
 * anything is added, so that a wrong line adds nothing; a second run after a crash goes on.
 */
import { createReadStream } from 'node:fs'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { HssStore } from '../hss/hss-store.ts'
import { type SubscriberLine, subscribersIn } from './subscriber-lines.ts'

/** What an import did. */
export interface ImportResult {
  readonly read: number
  readonly added: number
  /** Those that were there before stay as they are. */
  readonly existed: number
}

/** Rows that go into one commit; those of a batch are in memory together. */
const BATCH = 1000
/** Characters without a line end, after which none is waited for. */
const LONGEST_REST = 65_536

/** Counts lines as they are done. */
export type Progress = (done: number) => void

/**
 * Reads the file twice: first to check every line, then to add.
 *
 * @throws {ConfigurationInvalid} Naming file and line; nothing was added then.
 */
export async function importSubscribers(
  file: string,
  { store, progress }: { readonly store?: HssStore; readonly progress?: Progress },
): Promise<ImportResult> {
  const read = await checkAll(file)
  if (store === undefined) return { read, added: 0, existed: 0 }
  let added = 0
  let done = 0
  for await (const batch of batchesOf(linesOf(file))) {
    const outcomes = await Promise.all(
      batch.map(({ subscriber }) => store.addSubscriber(subscriber)),
    )
    added += outcomes.filter((outcome) => outcome === 'added').length
    done += batch.length
    progress?.(done)
  }
  return { read, added, existed: done - added }
}

/** @throws {ConfigurationInvalid} For the first wrong line, or an IMPI that stands there twice. */
async function checkAll(file: string): Promise<number> {
  const seen = new Map<string, number>()
  for await (const { line, subscriber } of linesOf(file)) {
    const before = seen.get(subscriber.impi)
    if (before !== undefined) {
      throw new ConfigurationInvalid(`${file}: line ${line}: the IMPI of line ${before}`)
    }
    seen.set(subscriber.impi, line)
  }
  return seen.size
}

async function* linesOf(file: string): AsyncGenerator<SubscriberLine, void, undefined> {
  try {
    yield* subscribersIn(textLinesOf(file))
  } catch (cause) {
    if (cause instanceof ConfigurationInvalid) {
      throw new ConfigurationInvalid(`${file}: ${cause.message}`)
    }
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`${file}: cannot be read (${code})`, { cause })
  }
}

/** Lines of a file that is read as they are taken. One that never ends is given as it is, to be refused. */
async function* textLinesOf(file: string): AsyncGenerator<string, void, undefined> {
  let rest = ''
  for await (const piece of createReadStream(file, { encoding: 'utf8' })) {
    const lines = (rest + (piece as string)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (rest.length > LONGEST_REST) break
  }
  yield rest
}

async function* batchesOf<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
