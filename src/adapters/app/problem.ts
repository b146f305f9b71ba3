/** Failures of the application API as problem documents. RFC 9457 */
import { PROBLEM_TITLES } from './app-routes.ts'

/** A refusal that its asker is told about. */
export class Problem extends Error {
  readonly status: number
  readonly detail: string | undefined

  /** @param detail For a person; holds nothing secret. */
  constructor(status: number, detail?: string) {
    super(detail ?? PROBLEM_TITLES[status])
    this.status = status
    this.detail = detail
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
}) {
  return {
    type: 'about:blank',
    title: PROBLEM_TITLES[status] ?? 'Error',
    status,
    ...(detail !== undefined && { detail }),
  }
}
