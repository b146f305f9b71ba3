/**
 * Many subscribers at once, into the HSS's store. All lines are read before anything is added, so that a wrong
 * line adds nothing; a second run after a crash goes on.
 */
import { z } from 'zod'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { HssStore } from './hss-store.ts'
import { subscribersIn } from './subscriber-lines.ts'

/** What an import did. */
export const importResultSchema = z.strictObject({
  read: z.int(),
  added: z.int(),
  /** Those that were there before stay as they are. */
  existed: z.int(),
})

/** What an import did. */
export type ImportResult = z.infer<typeof importResultSchema>

/** Rows that go into one commit; those of a batch are in memory together. */
const BATCH = 1000

/** How far an import is; the total is known once every line is checked. */
export interface ImportProgress {
  readonly done: number
  readonly total?: number
  readonly unit: 'subscribers checked' | 'subscribers'
}

/** Told of it after every thousand. */
export type Progress = (progress: ImportProgress) => void

/**
 * Reads all lines twice: first to check each, then to add.
 *
 * @param lines The same lines from the start, each time it is called.
 * @throws {ConfigurationInvalid} Naming the line; nothing was added then.
 */
export async function importSubscribers(
  lines: () => AsyncIterable<string>,
  {
    store,
    progress,
  }: { readonly store?: Pick<HssStore, 'addSubscriber'>; readonly progress?: Progress },
): Promise<ImportResult> {
  const read = await checkAll(lines(), progress)
  if (store === undefined) return { read, added: 0, existed: 0 }
  let added = 0
  let done = 0
  for await (const batch of batchesOf(subscribersIn(lines()))) {
    const outcomes = await Promise.all(
      batch.map(({ subscriber }) => store.addSubscriber(subscriber)),
    )
    added += outcomes.filter((outcome) => outcome === 'added').length
    done += batch.length
    progress?.({ done, total: read, unit: 'subscribers' })
  }
  return { read, added, existed: done - added }
}

/** @throws {ConfigurationInvalid} For the first wrong line, or an IMPI that stands there twice. */
async function checkAll(lines: AsyncIterable<string>, progress?: Progress): Promise<number> {
  const seen = new Map<string, number>()
  for await (const { line, subscriber } of subscribersIn(lines)) {
    const before = seen.get(subscriber.impi)
    if (before !== undefined) {
      throw new ConfigurationInvalid(`line ${line}: the IMPI of line ${before}`)
    }
    seen.set(subscriber.impi, line)
    if (seen.size % BATCH === 0) progress?.({ done: seen.size, unit: 'subscribers checked' })
  }
  return seen.size
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
