/** Failures of our own HTTP APIs as problem documents. RFC 9457 */
import { z } from 'zod'

/** Title of each failure status. RFC 9110 15 */
export const PROBLEM_TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** A problem document. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
})

/** A refusal that its asker is told about. */
export class Problem extends Error {
  readonly status: number
  readonly detail: string | undefined
  /** When to try again. RFC 9110 10.2.3 */
  readonly retryAfterSeconds: number | undefined

  /** @param detail For a person; holds nothing secret. */
  constructor(status: number, detail?: string, retryAfterSeconds?: number) {
    super(detail ?? PROBLEM_TITLES[status])
    this.status = status
    this.detail = detail
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Media type of a problem document. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** The document. */
export function problemDocument({
  status,
  detail,
}: {
  status: number
  detail?: string | undefined
}): z.infer<typeof problemSchema> {
  return {
    type: 'about:blank',
    title: PROBLEM_TITLES[status] ?? 'Error',
    status,
    ...(detail !== undefined && { detail }),
  }
}
