/** What the admin APIs of all entities share: bearer, OpenAPI document, one handler a route. Design 10, 12 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { ConfigurationInvalid, InvalidMessage } from '../../errors/errors.ts'
import { mediaTypeOf } from '../http/media-type.ts'
import type { AdminAuthorization } from './admin-token.ts'
import { openApiDocument } from './openapi.ts'
import { Problem } from './problem.ts'
import { fastifyPath, type RestRoute } from './rest-route.ts'
import { addRestRoute } from './rest-server.ts'

/** One route. */
export interface AdminRoute extends RestRoute {
  /** Needs no token. */
  readonly open?: true
  /** Of its body, if it takes more than the other routes of its API. */
  readonly maxBodyOctets?: number
}

/** Routes by operationId. */
export type AdminRoutes = Readonly<Record<string, AdminRoute>>

/**
 * Does what a route says. What it throws as `InvalidMessage` or `ConfigurationInvalid` is the asker's: 400, with
 * the field that it names.
 */
export type AdminHandler = (request: FastifyRequest, reply: FastifyReply) => unknown

/** One handler for each route, but for the document. */
export type AdminHandlers<Routes> = Readonly<Record<Exclude<keyof Routes, 'openapi'>, AdminHandler>>

/** Where an admin API listens. */
export interface AdminApiOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Without it only this machine. */
  readonly tls?: { readonly certificatePem: string; readonly privateKeyPem: string }
  /** Of the package, for the OpenAPI document. */
  readonly version: string
}

/** Name of the event that is logged when we fail. */
export const ADMIN_FAILURE_EVENT = 'admin-request-failed'

/** Where the document is: the last route of each admin API. */
export const OPENAPI_ROUTE = {
  method: 'GET',
  path: '/admin/openapi.json',
  summary: 'This document',
  open: true,
  success: { status: 200, description: 'OpenAPI 3.1', mediaType: 'application/json' },
} as const satisfies AdminRoute

/** What can come from every route that needs the token. */
const COMMON_FAILURES: Readonly<Record<number, string>> = {
  401: 'No admin token, or another',
  429: 'Too many failed attempts from this address; Retry-After says when',
  500: 'Our failure; nothing was changed',
}

/** What can come where a body is taken. */
const BODY_FAILURES: Readonly<Record<number, string>> = {
  413: 'The body is too large',
  415: 'The body is of another media type',
}

/** The OpenAPI document. @param names Of the API, and the version of the package. */
export function adminOpenApi(
  names: { readonly title: string; readonly version: string },
  routes: AdminRoutes,
): object {
  const options = {
    ...names,
    bearer: 'adminToken',
    needs: ({ open }: AdminRoute) => (open ? undefined : 'The token of the file `admin.token`'),
    commonFailures: COMMON_FAILURES,
    bodyFailures: BODY_FAILURES,
  }
  return openApiDocument<AdminRoute>(options, routes)
}

/** Adds the routes to a server, and with them the document. */
export function addAdminRoutes<Routes extends AdminRoutes>(
  app: FastifyInstance,
  {
    routes,
    handlers,
    title,
    version,
  }: {
    readonly routes: Routes
    readonly handlers: AdminHandlers<Routes>
    readonly title: string
    readonly version: string
  },
  authorization: Pick<AdminAuthorization, 'authorize'>,
): void {
  const document = adminOpenApi({ title, version }, routes)
  const all: Readonly<Record<string, AdminHandler>> = { ...handlers, openapi: () => document }
  for (const [name, route] of Object.entries<AdminRoute>(routes)) {
    addRoute(app, route, { handler: all[name] as AdminHandler, authorization })
  }
}

function addRoute(
  app: FastifyInstance,
  { method, path, open, accepts = ['application/json'], body, maxBodyOctets, success }: AdminRoute,
  {
    handler,
    authorization,
  }: {
    readonly handler: AdminHandler
    readonly authorization: Pick<AdminAuthorization, 'authorize'>
  },
): void {
  const served: RouteOptions = {
    method,
    url: fastifyPath(path),
    exposeHeadRoute: false,
    ...(maxBodyOctets !== undefined && { bodyLimit: maxBodyOctets }),
    // Before the body is read: nobody else can make us take a large one.
    async onRequest(request) {
      const { authorization: header, 'content-type': contentType } = request.headers
      if (!open) authorization.authorize({ authorization: header, address: request.ip })
      if (body !== undefined && !accepts.includes(mediaTypeOf(contentType))) throw new Problem(415)
    },
    async handler(request, reply) {
      reply.code(success.status).header('cache-control', 'no-store')
      return asProblem(async () => await handler(request, reply))
    },
  }
  addRestRoute(app, served, { takesBody: body !== undefined })
}

/** What cannot be read is the asker's; it names the field or the line. */
async function asProblem(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof InvalidMessage || error instanceof ConfigurationInvalid) {
      throw new Problem(400, error.message)
    }
    throw error
  }
}
