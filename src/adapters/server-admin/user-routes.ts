/** The routes of the admin API of a CPNS Server: its users. One declaration each, for server and OpenAPI. M-5 */
import { z } from 'zod'
import { openApiDocument } from '../rest/openapi.ts'
import type { RestRoute } from '../rest/rest-route.ts'

/** A password: goes in and never comes out. */
export const passwordSchema = z.strictObject({ password: z.string().min(1).max(256) })

/** A user to be added. */
export const newUserSchema = passwordSchema.extend({ userId: z.string().min(1).max(128) })

/** A user as it is shown. */
export const shownUserSchema = z.strictObject({
  userId: z.string(),
  created: z.iso.datetime(),
  passwordOf: z.iso.datetime(),
})

/** One route. */
export interface UserRoute extends RestRoute {
  /** Needs no token. */
  readonly open?: true
}

const USER = '/admin/users/{userId}'
const NOBODY = 'No such user'
const WRONG = 'Not what the schema says'

/** All of them, by name. */
export const USER_ROUTES = {
  listUsers: {
    method: 'GET',
    path: '/admin/users',
    summary: 'Users with the day of their password',
    success: { status: 200, description: 'All of them', schema: z.array(shownUserSchema) },
  },
  addUser: {
    method: 'POST',
    path: '/admin/users',
    summary: 'Add a user',
    body: newUserSchema,
    success: { status: 201, description: 'Added', schema: shownUserSchema },
    failures: { 400: WRONG, 409: 'There is a user of that name' },
  },
  changePassword: {
    method: 'PUT',
    path: `${USER}/password`,
    summary: 'Another password; EUKeys in use stay',
    body: passwordSchema,
    success: { status: 204, description: 'Changed' },
    failures: { 400: WRONG, 404: NOBODY },
  },
  removeUser: {
    method: 'DELETE',
    path: USER,
    summary: 'Remove a user with its EUKeys, and end their sessions',
    success: { status: 204, description: 'Removed' },
    failures: { 400: 'The path holds no UserID', 404: NOBODY },
  },
  openapi: {
    method: 'GET',
    path: '/admin/openapi.json',
    summary: 'This document',
    open: true,
    success: { status: 200, description: 'OpenAPI 3.1', mediaType: 'application/json' },
  },
} as const satisfies Record<string, UserRoute>

/** What can come from every route that needs the token. */
const COMMON_FAILURES: Readonly<Record<number, string>> = {
  401: 'No admin token, or another',
  413: 'The body is too large',
  415: 'The body is of another media type',
  429: 'Too many failed attempts from this address',
  500: 'The server failed; nothing was changed',
}

/** The OpenAPI document. @param version Of the package. */
export function userOpenApi(version: string): object {
  const options = {
    title: 'CPNS Server: administration',
    version,
    bearer: 'adminToken',
    needs: ({ open }: UserRoute) => (open ? undefined : 'The token of the file `admin.token`'),
    commonFailures: COMMON_FAILURES,
  }
  return openApiDocument<UserRoute>(options, USER_ROUTES)
}
