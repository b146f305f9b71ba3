/** ProblemDetails: what every failure of a service based interface answers. TS 29.500 5.2.7, RFC 9457 */
import { z } from 'zod'
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import type { SbiResponse } from './exchange.ts'
import { parseJson } from './json.ts'

/** Media type of a problem. RFC 9457 6.1 */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** What went wrong. Holds no octet of the request but names of properties. */
export interface ProblemDetails {
  /** HTTP status. */
  readonly status: number
  /** For people; the same for the same cause. */
  readonly title: string
  /** For programs; of TS 29.500 5.2.7.2 where it has one. */
  readonly cause: string
  /** Which property is wrong, and why. */
  readonly invalidParams?: readonly { readonly param: string; readonly reason: string }[]
}

/** The answer that carries a problem. */
export function problemResponse(problem: ProblemDetails): SbiResponse {
  const { status, title, cause, invalidParams } = problem
  const body = utf8(JSON.stringify({ status, title, cause, invalidParams }))
  return { status, contentType: PROBLEM_MEDIA_TYPE, body }
}

const SCHEMA = z.object({ cause: z.string() })

/** The cause of a failure, if its body is a ProblemDetails that names one. */
export function causeOf({ contentType, body }: SbiResponse): string | undefined {
  if (contentType !== PROBLEM_MEDIA_TYPE) return undefined
  try {
    return SCHEMA.safeParse(parseJson(body)).data?.cause
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}
