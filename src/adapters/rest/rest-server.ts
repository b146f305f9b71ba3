/** A server of our own HTTP APIs: bounded requests, and a problem document for all that fails. RFC 9457 */
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type RouteOptions } from 'fastify'
import type { z } from 'zod'
import { InvalidMessage } from '../../errors/errors.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import type { Log } from '../../ports/log.ts'
import { assertNamesOnce } from '../../sbi/json.ts'
import { listenFailure } from '../system/listen-on.ts'
import { logKeys } from '../tls/log-keys.ts'
import { assertLoopback } from '../tls/server-address.ts'
import { PROBLEM_MEDIA_TYPE, Problem, problemDocument } from './problem.ts'

/** Where to listen, and how much is taken. */
export interface RestServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Without it only this machine. */
  readonly tls?: { readonly certificatePem: string; readonly privateKeyPem: string }
  /** Octets of a body. */
  readonly maxBodyOctets: number
  /** For a TLS handshake, and for a whole request to arrive; default 10 s. */
  readonly requestTimeoutMs?: number
  /** Connections at once; default 2000. */
  readonly maxConnections?: number
  /** Name of the event that is logged when we fail. */
  readonly failureEvent: string
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

const REQUEST_TIMEOUT_MS = 10_000
/** How often the platform looks for requests that are too slow. */
const CHECK_INTERVAL_MS = 500
const MAX_CONNECTIONS = 2_000
/** More than any id, the longest being a UserID of 128 characters of 4 octets, each octet percent-encoded. */
const MAX_PARAMETER_LENGTH = 2048
/** Properties that a refusal names. */
const MAX_NAMED = 10

/** A server that does not listen yet. @throws {ConfigurationInvalid} Without TLS beyond this machine. */
export function createRestServer(options: RestServerOptions, log: Log): FastifyInstance {
  const { host, tls, maxBodyOctets, failureEvent } = options
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS, maxConnections = MAX_CONNECTIONS } = options
  const limits = {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  }
  if (tls === undefined) assertLoopback(host)
  const app = Fastify({
    bodyLimit: maxBodyOctets,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true,
    // A path that cannot be decoded.
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, problemOf(error))
    },
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    ...(tls === undefined
      ? { http: limits }
      : {
          https: {
            ...limits,
            cert: tls.certificatePem,
            key: tls.privateKeyPem,
            minVersion: 'TLSv1.2',
            handshakeTimeout: requestTimeoutMs,
          },
        }),
  }) as unknown as FastifyInstance
  addJsonParser(app)
  app.server.maxConnections = maxConnections
  logKeys(app.server, options.keyLog)
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new Problem(404)))
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error)
    if (problem.status === 500) {
      log.error(failureEvent, { path: request.url, reason: String(error) })
    }
    return sendProblem(reply, problem)
  })
  return app
}

/** The library's, but for a property that is there twice: it would take the last one. */
function addJsonParser(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, text, done) => {
      void parse(request, text, (error, value) => {
        done(error ?? doubledName(text), value)
      })
    },
  )
}

/** @param text Valid JSON. */
function doubledName(text: string): Error | null {
  try {
    assertNamesOnce(text)
    return null
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error
    return new Problem(400, error.message)
  }
}

/** @returns `https://host:port`. @throws {ConfigurationInvalid} If it cannot listen there. */
export async function listenRest(
  app: FastifyInstance,
  { host, port, tls }: RestServerOptions,
): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    await app.close()
    throw listenFailure({ host, port }, cause)
  }
  const { port: taken } = app.server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return `${tls === undefined ? 'http' : 'https'}://${name}:${taken}`
}

/**
 * Adds a route. Where none is declared, a body is read up to the bound and passed over, whatever it is said to
 * be: many clients say `application/json` of every request, also of one that has nothing to say.
 */
export function addRestRoute(
  app: FastifyInstance,
  route: RouteOptions,
  { takesBody }: { readonly takesBody: boolean },
): void {
  if (takesBody) {
    app.route(route)
    return
  }
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, async () => undefined)
    // One that is no media type would be refused before any parser is asked.
    scope.addHook('onRequest', async ({ headers }) => {
      delete headers['content-type']
    })
    scope.route(route)
  })
}

/** What a schema reads. @throws {Problem} 400 naming each property that is wrong, up to a bound. */
export function readInput<T extends z.ZodType>(schema: T, input: unknown): z.infer<T> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues
    .slice(0, MAX_NAMED)
    .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new Problem(400, wrong.join('; '))
}

/** What the library refuses has a status of its own; anything unforeseen says nothing. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string }
  // The library would repeat all of it.
  if (statusCode === 414) return new Problem(414)
  return statusCode >= 400 && statusCode < 500 ? new Problem(statusCode, message) : new Problem(500)
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, retryAfterSeconds } = problem
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  return reply
    .code(status)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .header('cache-control', 'no-store')
    .send(Buffer.from(JSON.stringify(problemDocument(problem))))
}
