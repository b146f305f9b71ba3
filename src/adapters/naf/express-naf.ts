/** A NAF as middleware of Express, or of anything else that calls `(request, response, next)`. */
import type { ServerResponse } from 'node:http'
import type { Naf } from '../../naf/create-naf.ts'
import { admit, type ProtectOptions } from './admit.ts'
import type { NodeRequest } from './ua-request.ts'

/** Middleware, without the framework's own types. */
export type NafMiddleware = (
  request: NodeRequest,
  response: ServerResponse,
  next: () => void,
) => Promise<void>

/**
 * To be used before anything that reads bodies: with `auth-int` the digest covers them.
 * `nafUserOf(request)` says who the user is.
 */
export function nafForExpress(naf: Naf, options: ProtectOptions = {}): NafMiddleware {
  return async (request, response, next) => {
    if (await admit(naf, { request, response }, options)) next()
  }
}
