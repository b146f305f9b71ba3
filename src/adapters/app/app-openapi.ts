/** The OpenAPI document of the application API, made from the routes themselves. OpenAPI 3.1 */
import { z } from 'zod'
import { APP_ROUTES, type AppRoute, PROBLEM_TITLES, problemSchema } from './app-routes.ts'

const PROBLEM = { $ref: '#/components/schemas/Problem' }
/** What can come from every route that needs a key. */
const COMMON_FAILURES: Readonly<Record<number, string>> = {
  401: 'No API key, or none that is known',
  403: 'The API key is not for this',
  429: 'Too many failed attempts from this address',
  500: 'The server failed; nothing was changed',
}

/** @param version Of the package. */
export function appOpenApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [operationId, route] of Object.entries<AppRoute>(APP_ROUTES)) {
    const path = paths[route.path] ?? {}
    path[route.method.toLowerCase()] = operationOf(operationId, route)
    paths[route.path] = path
  }
  return {
    openapi: '3.1.0',
    info: { title: 'CPNS Server: applications', version, license: { name: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: schemaOf(problemSchema) },
    },
  }
}

function operationOf(operationId: string, route: AppRoute): object {
  const { summary, scope, body, success } = route
  return {
    operationId,
    summary,
    ...(scope && { security: [{ apiKey: [] }], description: `API key with scope \`${scope}\`` }),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: { [success.status]: successOf(success), ...failuresOf(route) },
  }
}

function successOf({ description, schema, mediaType }: AppRoute['success']): object {
  if (schema !== undefined) {
    return { description, content: { 'application/json': { schema: schemaOf(schema) } } }
  }
  return mediaType === undefined ? { description } : { description, content: { [mediaType]: {} } }
}

function failuresOf({ failures = {}, scope }: AppRoute): Record<number, object> {
  const all = { ...failures, ...(scope && COMMON_FAILURES) }
  return Object.fromEntries(
    Object.entries(all).map(([status, description]) => [
      status,
      {
        description: `${PROBLEM_TITLES[Number(status)]}: ${description}`,
        content: { 'application/problem+json': { schema: PROBLEM } },
      },
    ]),
  )
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}
