/** The console as routes of a web server: page, login, stream, and the lab's actions. Design 11 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../ports/clock.ts'
import type { ConsoleFeed } from './console-feed.ts'
import { CONSOLE_COOKIE, type ConsoleLogin } from './console-login.ts'
import {
  CONSOLE_PATH,
  type ConsoleActionInfo,
  type ConsoleActionResult,
  type ConsoleState,
} from './console-protocol.ts'
import { STATE_MS, streamToPage } from './event-stream.ts'
import { type PageFile, readPageFiles } from './page-files.ts'
import { isLoopbackHost, isOwnPost } from './same-site.ts'

/** Something that the lab's operator can make happen. */
export interface ConsoleAction extends ConsoleActionInfo {
  /** @throws {Error} With what was seen instead. @returns What was seen, in one sentence. */
  run(): Promise<string>
}

/** What the console shows. */
export interface ConsoleOptions {
  /** For instance `cpns lab`. */
  readonly title: string
  readonly version: string
  /** Folder of the built page. */
  readonly pageFolder: string
  /** Whether cookies travel over TLS only. */
  readonly isSecure: boolean
}

/** Where it takes it from. */
export interface ConsolePorts {
  readonly feed: ConsoleFeed
  readonly state: () => Promise<ConsoleState>
  /** Without it nobody has to log in, and only this machine is answered. */
  readonly login?: ConsoleLogin
  readonly actions?: readonly ConsoleAction[]
  readonly clock: Clock
}

/** Scripts, styles and connections of our own only; nothing inline, in no frame. Content Security Policy Level 3 */
export const CONSOLE_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': CONSOLE_CSP,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}
const MOST_STREAMS = 32

/**
 * Adds the console to a server.
 *
 * @returns Ends its streams, which a server would wait for.
 * @throws {ConfigurationInvalid} If the page is not built.
 */
export function addConsole(
  app: FastifyInstance,
  options: ConsoleOptions,
  ports: ConsolePorts,
): () => void {
  const files = readPageFiles(options.pageFolder)
  const streams = new Set<() => void>()
  void app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      reply.headers(HEADERS)
      if (ports.login === undefined && !isLoopbackHost(request.headers)) return refuse(reply, 403)
      if (request.method === 'POST' && !isOwnPost(request.headers)) return refuse(reply, 403)
      return undefined
    })
    addPage(scope, files)
    addSession(scope, options, ports)
    addStream(scope, options, { ports, streams })
    addActions(scope, ports)
  })
  return () => {
    for (const end of streams) end()
  }
}

function addPage(app: FastifyInstance, files: ReadonlyMap<string, PageFile>): void {
  const send = (reply: FastifyReply, name: string): FastifyReply => {
    const file = files.get(name)
    if (file === undefined) return refuse(reply, 404)
    // Names of assets change with their content.
    const caching = name.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache'
    return reply.header('content-type', file.type).header('cache-control', caching).send(file.body)
  }
  app.get(CONSOLE_PATH, async (_request, reply) => reply.redirect(`${CONSOLE_PATH}/`, 308))
  app.get(`${CONSOLE_PATH}/`, async (_request, reply) => send(reply, 'index.html'))
  app.get(`${CONSOLE_PATH}/assets/:name`, async (request, reply) =>
    send(reply, `assets/${(request.params as { name: string }).name}`),
  )
}

function addSession(
  app: FastifyInstance,
  { isSecure }: ConsoleOptions,
  { login }: ConsolePorts,
): void {
  const cookie = (token: string, seconds: number): string =>
    `${CONSOLE_COOKIE}=${token}; Path=${CONSOLE_PATH}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
  app.get(`${CONSOLE_PATH}/api/session`, async (request, reply) =>
    isLoggedIn(request, login) ? answer(reply, 204) : refuse(reply, 401),
  )
  app.post(`${CONSOLE_PATH}/api/login`, async (request, reply) => {
    const { password } = (request.body ?? {}) as { password?: unknown }
    if (typeof password !== 'string' || login === undefined) return refuse(reply, 400)
    const outcome = await login.logIn({ password, address: request.ip })
    if (outcome === 'wrong') return refuse(reply, 401)
    if (outcome === 'too-many') return refuse(reply.header('retry-after', '60'), 429)
    return answer(reply.header('set-cookie', cookie(outcome.token, 12 * 3600)), 204)
  })
  app.post(`${CONSOLE_PATH}/api/logout`, async (request, reply) => {
    login?.logOut(tokenOf(request))
    return answer(reply.header('set-cookie', cookie('', 0)), 204)
  })
}

function addStream(
  app: FastifyInstance,
  { title, version }: ConsoleOptions,
  { ports, streams }: { readonly ports: ConsolePorts; readonly streams: Set<() => void> },
): void {
  const { login, feed, clock, actions = [] } = ports
  const state = sharedState(ports)
  const run = String(clock.nowMs())
  const infos = actions.map(({ name, label, what }) => ({ name, label, what }))
  const hello = { title, version, run, hasLogin: login !== undefined, actions: infos }
  app.get(`${CONSOLE_PATH}/api/stream`, async (request, reply) => {
    if (!isLoggedIn(request, login)) return refuse(reply, 401)
    if (streams.size >= MOST_STREAMS) return refuse(reply, 503)
    const asked = request.query as { readonly run?: string; readonly after?: string }
    const after = asked.run === run ? Number(asked.after ?? 0) : 0
    reply.hijack()
    reply.raw.writeHead(200, {
      ...HEADERS,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    })
    const isAllowed = (): boolean => isLoggedIn(request, login)
    const parts = { feed, hello, state, isAllowed, clock }
    const end = streamToPage(reply.raw, Number.isSafeInteger(after) ? after : 0, parts)
    streams.add(end)
    reply.raw.once('close', () => streams.delete(end))
    return reply
  })
  app.get(`${CONSOLE_PATH}/api/octets/:seq`, async (request, reply) => {
    if (!isLoggedIn(request, login)) return refuse(reply, 401)
    const octets = feed.octetsOf(Number((request.params as { seq: string }).seq))
    return octets === undefined ? refuse(reply, 404) : octets
  })
}

/** All pages see the same tables: they are made once for all of them. */
function sharedState({ state, clock }: ConsolePorts): () => Promise<ConsoleState> {
  let made: { readonly atMs: number; readonly state: Promise<ConsoleState> } | undefined
  return () => {
    const nowMs = clock.monotonicMs()
    if (made === undefined || nowMs - made.atMs >= STATE_MS / 2)
      made = { atMs: nowMs, state: state() }
    return made.state
  }
}

/** One action at a time: they all play with the same lab. */
function addActions(app: FastifyInstance, { login, actions = [] }: ConsolePorts): void {
  let running: Promise<ConsoleActionResult> | undefined
  app.post(`${CONSOLE_PATH}/api/actions/:name`, async (request, reply) => {
    if (!isLoggedIn(request, login)) return refuse(reply, 401)
    const { name } = request.params as { name: string }
    const action = actions.find((one) => one.name === name)
    if (action === undefined) return refuse(reply, 404)
    if (running !== undefined) return refuse(reply, 409)
    running = resultOf(action)
    try {
      return await running
    } finally {
      running = undefined
    }
  })
}

async function resultOf(action: ConsoleAction): Promise<ConsoleActionResult> {
  try {
    return { isDone: true, sentence: await action.run() }
  } catch (error) {
    return { isDone: false, sentence: error instanceof Error ? error.message : String(error) }
  }
}

function isLoggedIn(request: FastifyRequest, login: ConsoleLogin | undefined): boolean {
  return login === undefined || login.isValid(tokenOf(request))
}

function tokenOf({ headers }: FastifyRequest): string | undefined {
  const pattern = new RegExp(`(?:^|;\\s*)${CONSOLE_COOKIE}=([0-9a-f]{64})(?:;|$)`)
  return pattern.exec(headers.cookie ?? '')?.[1]
}

function answer(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').send()
}

function refuse(reply: FastifyReply, status: number): FastifyReply {
  return answer(reply, status)
}
