/** A NAF as plugin of Fastify: every route of the instance that registers it is protected. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Naf } from '../../naf/create-naf.ts'
import { admit, type ProtectOptions } from './admit.ts'

/** What the plugin needs of an instance, without the framework's own types. */
export interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: { readonly raw: IncomingMessage }, reply: FastifyReplyLike) => Promise<unknown>,
  ): unknown
}

/** What the plugin needs of a reply. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse
  hijack(): unknown
}

/** A plugin that Fastify registers. */
export type FastifyNafPlugin = (instance: FastifyLike, options: unknown, done: () => void) => void

/** Tells Fastify that the hook is for the instance that registers the plugin, not for one of its own. */
const SKIP_OVERRIDE = Symbol.for('skip-override')

/** `nafUserOf(request.raw)` says who the user is. */
export function nafForFastify(naf: Naf, options: ProtectOptions = {}): FastifyNafPlugin {
  const plugin: FastifyNafPlugin = (instance, _, done) => {
    instance.addHook('onRequest', async ({ raw: request }, reply) => {
      if (await admit(naf, { request, response: reply.raw }, options)) return undefined
      reply.hijack()
      return reply
    })
    done()
  }
  return Object.assign(plugin, { [SKIP_OVERRIDE]: true })
}
