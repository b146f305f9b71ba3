/** Long lists of our own HTTP APIs: page by page, each beginning after the last item of the one before. */
import { z } from 'zod'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parsedText } from './parsed-text.ts'
import { Problem } from './problem.ts'

/** Items of one page, at most. */
export const LARGEST_PAGE = 1000
const DEFAULT_PAGE = 100
/** More than an EntityID and a B-TID, each octet of them escaped twice. */
const LONGEST_CURSOR = 4096

/** Query of a list. */
export const pageSchema = z.strictObject({
  /** `next` of the page before. */
  after: z.string().max(LONGEST_CURSOR).optional(),
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(DEFAULT_PAGE),
})

/** Query of a list that one entity may be picked from. */
export const entityPageSchema = pageSchema.extend({
  entityId: parsedText(parseEntityId).optional(),
})

/** Failure of a query that is none. */
export const NO_QUERY = { 400: 'A query that is none' }

/** Where the next page starts, as `after`; absent on the last one. */
export const nextSchema = z.string().optional()

/** `next` of a page, unless it is the last: a page that is not full. */
export function nextOf<T>(
  items: readonly T[],
  limit: number,
  cursorOf: (last: T) => string,
): { readonly next?: string } {
  const last = items.at(-1)
  return items.length === limit && last !== undefined ? { next: cursorOf(last) } : {}
}

/** Where an item stands in a list that has no single key, as an opaque text. */
export function formatCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** @throws {Problem} 400 if it is none that `formatCursor` made of such a key. */
export function parseCursor<T>(text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch {
    throw new Problem(400, 'after: not the next of a page')
  }
}
