/** The application API of a CPNS Server over HTTPS: send, receive as events, webhooks. Design 8 */
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { makeWebhookSecret } from '../../app/api-key.ts'
import { type AppHub, createAppHub, type MessageExchange } from '../../app/app-hub.ts'
import type { ApiKeyRecord, AppStore } from '../../app/app-store.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { fromBase64, toHex, utf8 } from '../../octets/octets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Random } from '../../ports/random.ts'
import { assertLoopback, parseServerUrl } from '../tls/server-address.ts'
import { type AppAuthorization, createAppAuthorization } from './app-authorization.ts'
import { appOpenApi } from './app-openapi.ts'
import {
  APP_ROUTES,
  type AppRoute,
  acknowledgeSchema,
  sendSchema,
  webhookSchema,
} from './app-routes.ts'
import { streamEvents } from './event-stream.ts'
import { createWebhookPost } from './post-webhook.ts'
import { PROBLEM_MEDIA_TYPE, Problem, problemDocument } from './problem.ts'

/** Where to listen. */
export interface ServeAppApiOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Without it only this machine. */
  readonly tls?: { readonly certificatePem: string; readonly privateKeyPem: string }
  /** Of the package, for the OpenAPI document. */
  readonly version: string
}

/** A message of an application on its way to the server. */
export interface AppSubmission {
  readonly messageId: string
  readonly from: string
  readonly to: string
  readonly contentType: string
  readonly payload: Uint8Array
  /** Seconds. */
  readonly expires: number
}

/** What it is given; the store stays the caller's. */
export interface AppApiPorts {
  readonly store: AppStore
  /** The CPNS Server. `submit` gives 202, or 400, 404 or 413 if it refuses. */
  readonly exchange: MessageExchange & { submit(submission: AppSubmission): Promise<number> }
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** A running API. */
export interface ServedAppApi {
  /** `https://host:port`. */
  readonly url: string
  /** Ends streams and connections. Safe to call twice. */
  close(): Promise<void>
}

interface Parts extends AppApiPorts {
  readonly hub: AppHub
  readonly authorization: AppAuthorization
}

const MAX_BODY_OCTETS = 128 * 1024
const REQUEST_TIMEOUT_MS = 10_000
const MESSAGE_ID_LENGTH = 16
const DEFAULT_TYPES = { text: 'text/plain', payload: 'application/octet-stream' }

/** @throws {ConfigurationInvalid} If it cannot listen there. */
export async function serveAppApi(
  options: ServeAppApiOptions,
  ports: AppApiPorts,
): Promise<ServedAppApi> {
  if (options.tls === undefined) assertLoopback(options.host)
  const webhooks = createWebhookPost()
  const hub = createAppHub({ ...ports, post: webhooks.post })
  const app = createFastify(options, ports.log)
  addRoutes(app, { ...ports, hub, authorization: createAppAuthorization(ports) }, options.version)
  await listen(app, options)
  await hub.start()
  const { port } = app.server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  let closing: Promise<void> | undefined
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    close() {
      closing ??= closeAll(hub, app, webhooks)
      return closing
    },
  }
}

async function closeAll(
  hub: AppHub,
  app: FastifyInstance,
  webhooks: { close(): Promise<void> },
): Promise<void> {
  hub.stop()
  await app.close()
  await webhooks.close()
}

function createFastify({ tls }: ServeAppApiOptions, log: Log): FastifyInstance {
  const app = Fastify({
    bodyLimit: MAX_BODY_OCTETS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    ...(tls && {
      https: { cert: tls.certificatePem, key: tls.privateKeyPem, minVersion: 'TLSv1.2' },
    }),
  }) as unknown as FastifyInstance
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new Problem(404)))
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error)
    if (problem.status === 500) {
      log.error('application-request-failed', { path: request.url, reason: String(error) })
    }
    return sendProblem(reply, problem)
  })
  return app
}

/** What the library refuses has a status of its own; anything unforeseen says nothing. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string }
  return statusCode >= 400 && statusCode < 500 ? new Problem(statusCode, message) : new Problem(500)
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(problem.status)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .header('cache-control', 'no-store')
    .send(Buffer.from(JSON.stringify(problemDocument(problem))))
}

type Handler = (key: ApiKeyRecord, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

function addRoutes(app: FastifyInstance, parts: Parts, version: string): void {
  const handlers: Record<Exclude<keyof typeof APP_ROUTES, 'openapi'>, Handler> = {
    send: (key, { body }) => send(key, body, parts),
    events: async (key, request, reply) => streamEvents(key, { request, reply }, parts),
    acknowledge: async (key, { body }) => acknowledge(key, body, parts),
    setWebhook: (key, { body }) => setWebhook(key, body, parts),
    showWebhook: (key) => showWebhook(key, parts),
    removeWebhook: (key) => removeWebhook(key, parts),
  }
  for (const [name, handler] of Object.entries(handlers)) {
    const route: AppRoute = APP_ROUTES[name as keyof typeof handlers]
    const { method, path: url, scope = 'send', success } = route
    app.route({
      method,
      url,
      exposeHeadRoute: false,
      async handler(request, reply) {
        const { authorization } = request.headers
        const key = await parts.authorization.authorize(
          { authorization, address: request.ip },
          scope,
        )
        reply.code(success.status).header('cache-control', 'no-store')
        return handler(key, request, reply)
      },
    })
  }
  const { method, path: url } = APP_ROUTES.openapi
  app.route({ method, url, exposeHeadRoute: false, handler: async () => appOpenApi(version) })
}

async function send(key: ApiKeyRecord, body: unknown, { exchange, random }: Parts) {
  const wish = parse(sendSchema, body)
  const { to, expires, text, payload } = wish
  const messageId = wish.messageId ?? toHex(random.octets(MESSAGE_ID_LENGTH))
  const octets = text === undefined ? fromBase64(payload ?? '') : utf8(text)
  const contentType = wish.contentType ?? DEFAULT_TYPES[text === undefined ? 'payload' : 'text']
  const from = `urn:cpns:service:${key.service}`
  const submission = { messageId, from, to, contentType, payload: octets, expires }
  const status = await exchange.submit(submission)
  if (status !== 202) throw new Problem(status)
  return { messageId, status }
}

function acknowledge(key: ApiKeyRecord, body: unknown, { hub }: Parts): void {
  if (!hub.acknowledge(key.service, parse(acknowledgeSchema, body))) throw new Problem(404)
}

async function setWebhook(key: ApiKeyRecord, body: unknown, { store, hub, random }: Parts) {
  const { url } = parse(webhookSchema, body)
  assertWebhookUrl(url)
  const { secret, text } = makeWebhookSecret(random)
  await store.saveWebhook({ service: key.service, url, secret })
  hub.webhookChanged(key.service)
  return { url, secret: text }
}

function assertWebhookUrl(url: string): void {
  try {
    parseServerUrl(url, { secure: 'https', plain: 'http' })
  } catch (error) {
    if (error instanceof ConfigurationInvalid) throw new Problem(400, error.message)
    throw error
  }
}

async function showWebhook(key: ApiKeyRecord, { store }: Parts) {
  const webhook = await store.findWebhook(key.service)
  if (webhook === undefined) throw new Problem(404)
  return { url: webhook.url }
}

async function removeWebhook(key: ApiKeyRecord, { store, hub }: Parts): Promise<void> {
  if (!(await store.removeWebhook(key.service))) throw new Problem(404)
  hub.webhookChanged(key.service)
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Problem(400, `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not valid'}`)
}

async function listen(app: FastifyInstance, { host, port }: ServeAppApiOptions): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    await app.close()
    const reason = code === 'EADDRINUSE' ? 'the port is in use' : code
    throw new ConfigurationInvalid(`cannot listen on ${host}:${port} (${reason})`, { cause })
  }
}
