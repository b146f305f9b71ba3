/** Requests that only our own page can make: no foreign page's POST, no foreign name for this machine. */
import type { IncomingHttpHeaders } from 'node:http'
import { CONSOLE_HEADER } from './console-protocol.ts'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/**
 * Whether a request names this machine. A page of another site whose name was made to point here does
 * not; it matters where nobody has to log in.
 */
export function isLoopbackHost({ host }: IncomingHttpHeaders): boolean {
  return LOOPBACK.test(host ?? '')
}

/** Whether a POST comes from our page: it has our header, and no origin but our own. */
export function isOwnPost(headers: IncomingHttpHeaders): boolean {
  if (headers[CONSOLE_HEADER] === undefined) return false
  const { origin, host } = headers
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host
}
