/** The admin API of a CPNS Server: its users. Passwords go in and never come out. Design 10, M-5 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parsePassword } from '../../cpns/password-keys.ts'
import { DEFAULT_PASSWORD_POLICY } from '../../cpns-server/password-policy.ts'
import type { User, UserInfo, UserStore } from '../../cpns-server/user-store.ts'
import { makeUser } from '../../cpns-server/users.ts'
import { InvalidMessage } from '../../errors/errors.ts'
import { parseUserId, type UserId } from '../../identity/user-id.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Random } from '../../ports/random.ts'
import type { ConsoleFeed } from '../console/console-feed.ts'
import type { AdminAuthorization } from '../rest/admin-token.ts'
import { Problem } from '../rest/problem.ts'
import { fastifyPath } from '../rest/rest-route.ts'
import { createRestServer, listenRest, readInput } from '../rest/rest-server.ts'
import { addServerConsole, type ConsoleStore } from './server-console.ts'
import {
  newUserSchema,
  passwordSchema,
  USER_ROUTES,
  type UserRoute,
  userOpenApi,
} from './user-routes.ts'

/** Where to listen. */
export interface ServeServerAdminOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Without it only this machine. */
  readonly tls?: { readonly certificatePem: string; readonly privateKeyPem: string }
  /** Of the package, for the OpenAPI document. */
  readonly version: string
  /** Folder of the console's built page; without it there is no console. */
  readonly consolePage?: string
}

/** What it is given; the store stays the caller's. */
export interface ServerAdminPorts {
  readonly store: UserStore & ConsoleStore
  /** What the console shows of messages. */
  readonly feed: ConsoleFeed
  readonly authorization: AdminAuthorization
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** A running admin API. */
export interface ServedServerAdmin {
  /** `http://host:port`, or `https`. */
  readonly url: string
  close(): Promise<void>
}

const MAX_BODY_OCTETS = 16 * 1024

type Handler = (request: FastifyRequest) => unknown

/** @throws {ConfigurationInvalid} If it cannot listen there, or without TLS beyond this machine. */
export async function serveServerAdmin(
  options: ServeServerAdminOptions,
  ports: ServerAdminPorts,
): Promise<ServedServerAdmin> {
  const rest = {
    ...options,
    maxBodyOctets: MAX_BODY_OCTETS,
    failureEvent: 'admin-request-failed',
  }
  const app = createRestServer(rest, ports.log)
  const handlers = handlersOf(options.version, ports)
  for (const [name, route] of Object.entries<UserRoute>(USER_ROUTES)) {
    addRoute(app, route, { handler: handlers[name as keyof typeof USER_ROUTES], ...ports })
  }
  const endConsole = addServerConsole(app, options, ports)
  const url = await listenRest(app, rest)
  return {
    url,
    async close() {
      endConsole()
      await app.close()
    },
  }
}

function handlersOf(
  version: string,
  ports: ServerAdminPorts,
): Record<keyof typeof USER_ROUTES, Handler> {
  const { store } = ports
  return {
    listUsers: async () => (await store.listUsers()).map(shown),
    async addUser({ body }) {
      const { userId, password } = readInput(newUserSchema, body)
      const user = await userOf(parseUserId(userId, 'userId'), password, ports)
      if ((await store.addUser(user)) === 'added') return shown(user)
      throw new Problem(409, 'There is a user of that name')
    },
    async changePassword(request) {
      const { password } = readInput(passwordSchema, request.body)
      const user = await userOf(userIdOf(request), password, ports)
      if (!(await store.changePassword(user))) throw new Problem(404)
    },
    async removeUser(request) {
      if (!(await store.removeUser(userIdOf(request)))) throw new Problem(404)
    },
    openapi: () => userOpenApi(version),
  }
}

function addRoute(
  app: FastifyInstance,
  { method, path, open, body, success }: UserRoute,
  { handler, authorization }: ServerAdminPorts & { readonly handler: Handler },
): void {
  app.route({
    method,
    url: fastifyPath(path),
    exposeHeadRoute: false,
    async onRequest(request) {
      const { authorization: header } = request.headers
      if (!open) authorization.authorize({ authorization: header, address: request.ip })
      const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
      if (body !== undefined && type !== 'application/json') throw new Problem(415)
    },
    async handler(request: FastifyRequest, reply: FastifyReply) {
      reply.code(success.status).header('cache-control', 'no-store')
      try {
        return await handler(request)
      } catch (error) {
        if (error instanceof InvalidMessage) throw new Problem(400, error.message)
        throw error
      }
    },
  })
}

function userOf(userId: UserId, typed: string, ports: ServerAdminPorts): Promise<User> {
  const { cost } = DEFAULT_PASSWORD_POLICY
  return makeUser({ userId, password: parsePassword(typed), cost }, ports)
}

function userIdOf({ params }: FastifyRequest): UserId {
  return parseUserId((params as { userId: string }).userId, 'userId')
}

function shown({ userId, createdAtMs, changedAtMs }: UserInfo) {
  const passwordOf = new Date(changedAtMs).toISOString()
  return { userId, created: new Date(createdAtMs).toISOString(), passwordOf }
}
