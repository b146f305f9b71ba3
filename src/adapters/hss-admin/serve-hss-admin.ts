/** The admin API of an HSS: its subscribers and their settings. Keys go in and never come out. Design 10, 11 */
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { formatGuss } from '../../gba/guss.ts'
import { assertGussFits, gussAsJson, gussOfJson, gussSchema } from '../../hss/guss-fields.ts'
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
import {
  ADMIN_FAILURE_EVENT,
  type AdminApiOptions,
  type AdminHandlers,
  addAdminRoutes,
} from '../rest/admin-api.ts'
import type { AdminAuthorization } from '../rest/admin-token.ts'
import { nextOf, pageSchema } from '../rest/page.ts'
import { Problem } from '../rest/problem.ts'
import { createRestServer, listenRest, readInput } from '../rest/rest-server.ts'
import { ADMIN_ROUTES, importQuerySchema } from './admin-routes.ts'

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

const TITLE = 'CPNS HSS: administration'
const MAX_BODY_OCTETS = 64 * 1024
/** The store is tried at most that often, whoever asks. */
const READY_MS = 1000

/** @throws {ConfigurationInvalid} If it cannot listen there, or without TLS beyond this machine. */
export async function serveHssAdmin(
  options: AdminApiOptions,
  ports: HssAdminPorts,
): Promise<ServedHssAdmin> {
  const rest = {
    ...options,
    maxBodyOctets: MAX_BODY_OCTETS,
    failureEvent: ADMIN_FAILURE_EVENT,
    ...(ports.keyLog && { keyLog: ports.keyLog }),
  }
  const app = createRestServer(rest, ports.log)
  app.addContentTypeParser(
    [...ADMIN_ROUTES.importSubscribers.accepts],
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  )
  addAdminRoutes(
    app,
    { title: TITLE, version: options.version, routes: ADMIN_ROUTES, handlers: handlersOf(ports) },
    ports.authorization,
  )
  const url = await listenRest(app, rest)
  return { url, close: () => app.close() }
}

function handlersOf(ports: HssAdminPorts): AdminHandlers<typeof ADMIN_ROUTES> {
  const { store } = ports
  const readiness = createReadiness(ports)
  return {
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
  return {
    subscribers: subscribers.map(describeSubscriber),
    ...nextOf(impis, limit, (impi) => impi),
  }
}

async function setGuss(store: HssStore, impi: Impi, json: z.infer<typeof gussSchema>) {
  const guss = assertGussFits(formatGuss(gussOfJson(impi, json)), 'ussList')
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
