/** Texts in JSON that a parser of the house reads: what it refuses is named like all else. */
import { z } from 'zod'
import { InvalidMessage } from '../../errors/errors.ts'

/**
 * A text that `parse` reads; in the OpenAPI document it is a string.
 *
 * @param parse Throws `InvalidMessage`, whose reason holds nothing of a secret.
 */
export function parsedText<T>(parse: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error
      context.addIssue({ code: 'custom', message: error.reason })
      return z.NEVER
    }
  })
}
