/** The application API of a CPNS Server over HTTPS: send, receive as events, webhooks. Design 8 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { makeWebhookSecret } from '../../app/api-key.ts'
import { type AppHub, createAppHub, type MessageExchange } from '../../app/app-hub.ts'
import type { ApiKeyRecord, AppStore } from '../../app/app-store.ts'
import type { PnStore } from '../../cpns-server/pn-store.ts'
import { toHex, utf8 } from '../../octets/octets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import type { Log } from '../../ports/log.ts'
import type { Random } from '../../ports/random.ts'
import { mediaTypeOf } from '../http/media-type.ts'
import { listPnPage, showPn } from '../rest/pn-pages.ts'
import { Problem } from '../rest/problem.ts'
import { fastifyPath } from '../rest/rest-route.ts'
import { addRestRoute, createRestServer, listenRest, readInput } from '../rest/rest-server.ts'
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
import { assertWebhookUrl } from './webhook-url.ts'

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
  /** The CPNS Server. `submit` gives 202, or 400, 404 or 413 if it refuses, or 503: it is to come again. */
  readonly exchange: MessageExchange & { submit(submission: AppSubmission): Promise<number> }
  /** The PN inventory. */
  readonly pns: Pick<PnStore, 'listPns' | 'findPn'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
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
const MESSAGE_ID_LENGTH = 16
/** When there may be room in a mailbox again. */
const RETRY_SECONDS = 2
const DEFAULT_TYPES = { text: 'text/plain', payload: 'application/octet-stream' }

/** Why the server did not take a message. M-6 */
const REFUSED_BECAUSE: Readonly<Record<number, string>> = {
  400: 'to, contentType or messageId is not of the form that a CPNS message needs',
  404: 'to: not known here',
  413: 'the payload is over 64 KiB',
  503: 'the mailbox of the recipient is full',
}

/** @throws {ConfigurationInvalid} If it cannot listen there. */
export async function serveAppApi(
  options: ServeAppApiOptions,
  ports: AppApiPorts,
): Promise<ServedAppApi> {
  const webhooks = createWebhookPost()
  const hub = createAppHub({ ...ports, post: webhooks.post })
  const rest = {
    ...options,
    maxBodyOctets: MAX_BODY_OCTETS,
    failureEvent: 'application-request-failed',
    ...(ports.keyLog && { keyLog: ports.keyLog }),
  }
  const app = createRestServer(rest, ports.log)
  addRoutes(app, { ...ports, hub, authorization: createAppAuthorization(ports) }, options.version)
  const url = await listenRest(app, rest)
  await hub.start()
  let closing: Promise<void> | undefined
  return {
    url,
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

type Handler = (key: ApiKeyRecord, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

function addRoutes(app: FastifyInstance, parts: Parts, version: string): void {
  const inventory = { store: parts.pns, clock: parts.clock }
  const handlers: Record<Exclude<keyof typeof APP_ROUTES, 'openapi'>, Handler> = {
    send: (key, { body }, reply) => send(key, { body, reply }, parts),
    events: async (key, request, reply) => streamEvents(key, { request, reply }, parts),
    acknowledge: (key, { body }) => acknowledge(key, body, parts),
    setWebhook: (key, request) => setWebhook(key, request, parts),
    showWebhook: (key) => showWebhook(key, parts),
    removeWebhook: (key) => removeWebhook(key, parts),
    listPns: (_, { query }) => listPnPage(query, inventory),
    showPn: (_, { params }) => showPn((params as { readonly pnId: string }).pnId, inventory),
  }
  for (const [name, handler] of Object.entries(handlers)) {
    const route: AppRoute = APP_ROUTES[name as keyof typeof handlers]
    const { method, path, scope = 'send', body, success } = route
    const keys = new WeakMap<FastifyRequest, ApiKeyRecord>()
    const served: RouteOptions = {
      method,
      url: fastifyPath(path),
      exposeHeadRoute: false,
      // Before the body is read: nobody else can make us take a large one.
      async onRequest(request) {
        const { authorization, 'content-type': contentType } = request.headers
        const asked = { authorization, address: request.ip }
        keys.set(request, await parts.authorization.authorize(asked, scope))
        if (body !== undefined && mediaTypeOf(contentType) !== 'application/json')
          throw new Problem(415)
      },
      async handler(request, reply) {
        reply.code(success.status).header('cache-control', 'no-store')
        return handler(keys.get(request) as ApiKeyRecord, request, reply)
      },
    }
    addRestRoute(app, served, { takesBody: body !== undefined })
  }
  const { method, path: url } = APP_ROUTES.openapi
  app.route({ method, url, exposeHeadRoute: false, handler: async () => appOpenApi(version) })
}

async function send(
  key: ApiKeyRecord,
  { body, reply }: { readonly body: unknown; readonly reply: FastifyReply },
  { exchange, random }: Parts,
) {
  const wish = readInput(sendSchema, body)
  const { to, expires, text, payload } = wish
  const messageId = wish.messageId ?? toHex(random.octets(MESSAGE_ID_LENGTH))
  const octets = payload ?? utf8(text ?? '')
  const contentType = wish.contentType ?? DEFAULT_TYPES[text === undefined ? 'payload' : 'text']
  const from = `urn:cpns:service:${key.service}`
  const submission = { messageId, from, to, contentType, payload: octets, expires }
  const status = await exchange.submit(submission)
  if (status === 503) reply.header('retry-after', RETRY_SECONDS)
  if (status !== 202) throw new Problem(status, REFUSED_BECAUSE[status])
  return { messageId, status }
}

/** 204 only when it is durable: after it the message does not come again, whatever crashes. Design 8 */
async function acknowledge(key: ApiKeyRecord, body: unknown, { hub }: Parts): Promise<void> {
  const outcome = await hub.acknowledge(key.service, readInput(acknowledgeSchema, body))
  if (outcome === 'not-waiting') throw new Problem(404)
  if (outcome === 'not-stored') throw new Problem(500)
}

async function setWebhook(
  key: ApiKeyRecord,
  { body, ip }: FastifyRequest,
  { store, hub, random }: Parts,
) {
  const { url } = readInput(webhookSchema, body)
  assertWebhookUrl(url, ip)
  const { secret, text } = makeWebhookSecret(random)
  await store.saveWebhook({ service: key.service, url, secret })
  hub.webhookChanged(key.service)
  return { url, secret: text }
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
