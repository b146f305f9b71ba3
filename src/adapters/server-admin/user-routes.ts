/** Users in the admin API of a CPNS Server. Passwords go in and never come out. M-5, K-4 */
import { z } from 'zod'
import { parsePassword } from '../../cpns/password-keys.ts'
import { DEFAULT_PASSWORD_POLICY } from '../../cpns-server/password-policy.ts'
import { describeUser, shownUserSchema } from '../../cpns-server/shown-entity.ts'
import { makeUser } from '../../cpns-server/users.ts'
import type { Secret } from '../../crypto/secret.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parseUserId, type UserId } from '../../identity/user-id.ts'
import type { AdminHandlers, AdminRoutes } from '../rest/admin-api.ts'
import { NO_QUERY, nextOf, nextSchema, pageSchema } from '../rest/page.ts'
import { parsedText } from '../rest/parsed-text.ts'
import { Problem } from '../rest/problem.ts'
import { readInput } from '../rest/rest-server.ts'
import { type AdministrationPorts, paramOf, WRONG_BODY } from './server-admin-ports.ts'

/** A password: goes in and never comes out. */
export const passwordSchema = z.strictObject({ password: parsedText(parsePassword) })

/** A user to be added. */
export const newUserSchema = passwordSchema.extend({ userId: parsedText(parseUserId) })

const listSchema = z.strictObject({ users: z.array(shownUserSchema), next: nextSchema })

const USER = '/admin/users/{userId}'
const LINK = `${USER}/entities/{entityId}`
const NOBODY = 'No such user'
const NO_USER_ID = 'The path holds no UserID'
const NO_PAIR = 'The path holds no UserID, or no EntityID'

/** All of them, by name. */
export const USER_ROUTES = {
  listUsers: {
    method: 'GET',
    path: '/admin/users',
    summary: 'Users with the day of their password, by name, page by page',
    query: pageSchema,
    success: { status: 200, description: 'A page', schema: listSchema },
    failures: NO_QUERY,
  },
  addUser: {
    method: 'POST',
    path: '/admin/users',
    summary: 'Add a user',
    body: newUserSchema,
    success: { status: 201, description: 'Added', schema: shownUserSchema },
    failures: { 400: WRONG_BODY, 409: 'There is a user of that name' },
  },
  showUser: {
    method: 'GET',
    path: USER,
    summary: 'One user',
    success: { status: 200, description: 'The user', schema: shownUserSchema },
    failures: { 400: NO_USER_ID, 404: NOBODY },
  },
  changePassword: {
    method: 'PUT',
    path: `${USER}/password`,
    summary: 'Another password; EUKeys in use stay',
    body: passwordSchema,
    success: { status: 204, description: 'Changed' },
    failures: { 400: WRONG_BODY, 404: NOBODY },
  },
  removeUser: {
    method: 'DELETE',
    path: USER,
    summary: 'Remove a user with its EUKeys, and end their sessions',
    success: { status: 204, description: 'Removed' },
    failures: { 400: NO_USER_ID, 404: NOBODY },
  },
  linkUser: {
    method: 'PUT',
    path: LINK,
    summary: 'Let a user, in place of a former one, have password EUKeys for the entity of an IMPI',
    success: { status: 204, description: 'Linked' },
    failures: {
      400: NO_PAIR,
      404: 'No such user, or no such entity',
      409: 'The entity belongs to a CPNS User',
    },
  },
  unlinkUser: {
    method: 'DELETE',
    path: LINK,
    summary: 'No longer; the EUKeys that came of it end, with their sessions',
    success: { status: 204, description: 'No longer linked' },
    failures: { 400: NO_PAIR, 404: 'The user is not linked to the entity' },
  },
} as const satisfies AdminRoutes

/** What they do. */
export function userHandlers(ports: AdministrationPorts): AdminHandlers<typeof USER_ROUTES> {
  const { store, server } = ports
  return {
    async listUsers({ query }) {
      const page = readInput(pageSchema, query)
      const users = await store.listUsers(page)
      return { users: users.map(describeUser), ...nextOf(users, page.limit, (one) => one.userId) }
    },
    async addUser({ body }) {
      const { userId, password } = readInput(newUserSchema, body)
      const user = await userOf(userId, password, ports)
      if ((await store.addUser(user)) === 'added') return describeUser(user)
      throw new Problem(409, 'There is a user of that name')
    },
    async showUser(request) {
      const user = await store.findUser(paramOf(request, 'userId', parseUserId))
      if (user === undefined) throw new Problem(404)
      return describeUser(user)
    },
    async changePassword(request) {
      const userId = paramOf(request, 'userId', parseUserId)
      const { password } = readInput(passwordSchema, request.body)
      if (!(await store.changePassword(await userOf(userId, password, ports)))) {
        throw new Problem(404)
      }
    },
    async removeUser(request) {
      if (!(await store.removeUser(paramOf(request, 'userId', parseUserId)))) throw new Problem(404)
      await server.closeEnded()
    },
    async linkUser(request) {
      const outcome = await store.linkUser(...pairOf(request))
      if (outcome === 'unknown-user') throw new Problem(404, 'There is no such user')
      if (outcome === 'unknown-entity') throw new Problem(404, 'The entity has no owner')
      if (outcome === 'user-owned') throw new Problem(409, 'The entity belongs to a CPNS User')
      await server.closeEnded()
    },
    async unlinkUser(request) {
      if (!(await store.unlinkUser(...pairOf(request)))) throw new Problem(404)
      await server.closeEnded()
    },
  }
}

function pairOf(request: Parameters<typeof paramOf>[0]) {
  return [
    paramOf(request, 'entityId', parseEntityId),
    paramOf(request, 'userId', parseUserId),
  ] as const
}

async function userOf(userId: UserId, password: Secret, ports: AdministrationPorts) {
  const { cost } = DEFAULT_PASSWORD_POLICY
  const user = await makeUser({ userId, password, cost }, ports)
  password.wipe()
  return user
}
