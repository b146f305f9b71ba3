/** The admin API of an HSS: its subscribers and their settings. Keys go in and never come out. Design 10, 11 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { ConfigurationInvalid, InvalidMessage } from '../../errors/errors.ts'
import { formatGuss, parseGuss } from '../../gba/guss.ts'
import type { HssStore, Subscriber } from '../../hss/hss-store.ts'
import {
  changedSubscriber,
  describeSubscriber,
  gussOf,
  subscriberChangeSchema,
  subscriberFieldsSchema,
  subscriberOf,
} from '../../hss/subscriber-fields.ts'
import { importSubscribers } from '../../hss/subscriber-import.ts'
import { type Impi, parseImpi } from '../../identity/impi.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import type { Log } from '../../ports/log.ts'
import type { AdminAuthorization } from '../rest/admin-token.ts'
import { Problem } from '../rest/problem.ts'
import { fastifyPath } from '../rest/rest-route.ts'
import { createRestServer, listenRest, readInput } from '../rest/rest-server.ts'
import {
  ADMIN_ROUTES,
  type AdminRoute,
  adminOpenApi,
  gussAsJson,
  gussOfJson,
  gussSchema,
  importQuerySchema,
  pageSchema,
} from './admin-routes.ts'

/** Where to listen. */
export interface ServeHssAdminOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Without it only this machine. */
  readonly tls?: { readonly certificatePem: string; readonly privateKeyPem: string }
  /** Of the package, for the OpenAPI document. */
  readonly version: string
}

/** What it is given; the store stays the caller's. */
export interface HssAdminPorts {
  readonly store: HssStore
  readonly authorization: Pick<AdminAuthorization, 'authorize'>
  readonly clock: Clock
  readonly log: Log
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/** A running admin API. */
export interface ServedHssAdmin {
  /** `http://host:port`, or `https`. */
  readonly url: string
  close(): Promise<void>
}

/** Some 300,000 lines; they are in memory while they are imported. */
const MAX_IMPORT_OCTETS = 64 * 1024 * 1024
const MAX_BODY_OCTETS = 64 * 1024
/** The store is tried at most that often, whoever asks. */
const READY_MS = 1000

type Handlers = Record<
  keyof typeof ADMIN_ROUTES,
  (request: FastifyRequest, reply: FastifyReply) => unknown
>

/** @throws {ConfigurationInvalid} If it cannot listen there, or without TLS beyond this machine. */
export async function serveHssAdmin(
  options: ServeHssAdminOptions,
  ports: HssAdminPorts,
): Promise<ServedHssAdmin> {
  const rest = {
    ...options,
    maxBodyOctets: MAX_BODY_OCTETS,
    failureEvent: 'admin-request-failed',
    ...(ports.keyLog && { keyLog: ports.keyLog }),
  }
  const app = createRestServer(rest, ports.log)
  app.addContentTypeParser(
    [...ADMIN_ROUTES.importSubscribers.accepts],
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  )
  addRoutes(app, options.version, ports)
  const url = await listenRest(app, rest)
  return { url, close: () => app.close() }
}

function addRoutes(app: FastifyInstance, version: string, ports: HssAdminPorts): void {
  const { store } = ports
  const readiness = createReadiness(ports)
  const handlers: Handlers = {
    listSubscribers: ({ query }) => list(store, readInput(pageSchema, query)),
    addSubscriber: ({ body }) => add(store, readInput(subscriberFieldsSchema, body)),
    importSubscribers: ({ query, body }) =>
      runImport(store, body, readInput(importQuerySchema, query)),
    showSubscriber: async (request) => describeSubscriber(await find(store, impiOf(request))),
    changeSubscriber: async (request) => {
      const change = readInput(subscriberChangeSchema, request.body)
      const changing = (before: Subscriber) => changedSubscriber(before, change)
      return describeSubscriber(await changeOne(store, impiOf(request), changing))
    },
    removeSubscriber: async (request) => {
      if (!(await store.removeSubscriber(impiOf(request)))) throw new Problem(404)
    },
    showGuss: async (request) => gussAsJson(gussOf(await find(store, impiOf(request)))),
    setGuss: (request) => setGuss(store, impiOf(request), readInput(gussSchema, request.body)),
    health: () => ({ status: 'ok' }),
    ready: () => readiness(),
    openapi: () => adminOpenApi(version),
  }
  for (const [name, route] of Object.entries<AdminRoute>(ADMIN_ROUTES)) {
    addRoute(app, route, { handler: handlers[name as keyof Handlers], ...ports })
  }
}

function addRoute(
  app: FastifyInstance,
  { method, path, open, accepts, body, success }: AdminRoute,
  { handler, authorization }: HssAdminPorts & { readonly handler: Handlers[keyof Handlers] },
): void {
  const types = body === undefined ? [] : (accepts ?? ['application/json'])
  app.route({
    method,
    url: fastifyPath(path),
    exposeHeadRoute: false,
    ...(accepts && { bodyLimit: MAX_IMPORT_OCTETS }),
    // Before the body is read: nobody else can make us take 64 MiB.
    async onRequest(request) {
      const { authorization: header } = request.headers
      if (!open) authorization.authorize({ authorization: header, address: request.ip })
      const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
      if (types.length > 0 && !types.includes(type ?? '')) throw new Problem(415)
    },
    async handler(request, reply) {
      reply.code(success.status).header('cache-control', 'no-store')
      return asProblem(async () => await handler(request, reply))
    },
  })
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

function impiOf({ params }: FastifyRequest): Impi {
  return parseImpi((params as { impi: string }).impi, 'impi')
}

async function find(store: HssStore, impi: Impi): Promise<Subscriber> {
  const found = await store.findSubscriber(impi)
  if (found === undefined) throw new Problem(404)
  return found
}

async function changeOne(
  store: HssStore,
  impi: Impi,
  change: (before: Subscriber) => Subscriber,
): Promise<Subscriber> {
  const changed = await store.changeSubscriber(impi, change)
  if (changed === undefined) throw new Problem(404)
  return changed
}

async function list(store: HssStore, { after = '', limit }: z.infer<typeof pageSchema>) {
  const impis = await store.listSubscribers({ after, limit })
  const found = await Promise.all(impis.map((impi) => store.findSubscriber(impi)))
  const subscribers = found.filter((subscriber) => subscriber !== undefined)
  const last = impis.at(-1)
  return {
    subscribers: subscribers.map(describeSubscriber),
    ...(impis.length === limit && last !== undefined && { next: last }),
  }
}

async function setGuss(store: HssStore, impi: Impi, json: z.infer<typeof gussSchema>) {
  const guss = formatGuss(gussOfJson(impi, json))
  // Escaped it may be over the limit of its readers, and then nobody could use it.
  parseGuss(guss)
  return gussAsJson(gussOf(await changeOne(store, impi, (before) => ({ ...before, guss }))))
}

async function add(store: HssStore, fields: z.infer<typeof subscriberFieldsSchema>) {
  const subscriber = subscriberOf(fields)
  if ((await store.addSubscriber(subscriber)) === 'exists') {
    throw new Problem(409, 'The IMPI is a subscriber already')
  }
  return describeSubscriber(subscriber)
}

function runImport(store: HssStore, body: unknown, { dryRun }: z.infer<typeof importQuerySchema>) {
  const text = String(body)
  return importSubscribers(() => linesOf(text), dryRun === 'true' ? {} : { store })
}

/** Lines one by one, so that they are not all there twice. */
async function* linesOf(text: string): AsyncGenerator<string> {
  for (let from = 0; from <= text.length; ) {
    const end = text.indexOf('\n', from)
    yield text.slice(from, end < 0 ? undefined : end)
    if (end < 0) return
    from = end + 1
  }
}

function createReadiness({ store, clock, log }: HssAdminPorts): () => Promise<object> {
  let checked: { readonly atMs: number; readonly works: Promise<boolean> } | undefined
  const check = (): Promise<boolean> =>
    store.check().then(
      () => true,
      (error: unknown) => {
        log.error('store-not-ready', { reason: String(error) })
        return false
      },
    )
  return async () => {
    const nowMs = clock.monotonicMs()
    if (checked === undefined || nowMs - checked.atMs >= READY_MS) {
      checked = { atMs: nowMs, works: check() }
    }
    if (await checked.works) return { status: 'ok' }
    throw new Problem(503)
  }
}
