/** A NAF in front of a listener of node:http or node:https. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Naf } from '../../naf/create-naf.ts'
import { admit, type ProtectOptions } from './admit.ts'

/**
 * A listener that only gets requests of users; `nafUserOf(request)` says of whom.
 *
 * @param listener The application.
 */
export function protectListener(
  naf: Naf,
  listener: RequestListener,
  options: ProtectOptions = {},
): RequestListener {
  return (request: IncomingMessage, response: ServerResponse): void => {
    void admit(naf, { request, response }, options).then((isAdmitted) => {
      // In a turn of its own: what the application throws is the application's, as without a NAF.
      if (isAdmitted)
        setImmediate(() => listener(request, response as Parameters<RequestListener>[1]))
    })
  }
}
