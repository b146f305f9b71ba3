/** The OpenAPI document of an API, made from the routes themselves. OpenAPI 3.1 */
import { PROBLEM_MEDIA_TYPE, PROBLEM_TITLES, problemSchema } from './problem.ts'
import { jsonSchemaOf, parametersOf, type RestRoute } from './rest-route.ts'

/** What a document says besides its routes. */
export interface OpenApiOptions<Route extends RestRoute> {
  readonly title: string
  /** Of the package. */
  readonly version: string
  /** Name of the bearer that is needed, for instance `apiKey`. */
  readonly bearer: string
  /** What that must be, for one route; `undefined`: the route is open. */
  readonly needs: (route: Route) => string | undefined
  /** Failures of every route that needs the bearer. */
  readonly commonFailures: Readonly<Record<number, string>>
  /**
   * Failures of every route that takes a body, unless it says more of one. Of these, 413 can come wherever a
   * body is read, and thus from all methods but GET.
   */
  readonly bodyFailures?: Readonly<Record<number, string>>
}

/** What can come where the path has a parameter. */
const PARAMETER_FAILURES: Readonly<Record<number, string>> = {
  400: 'A parameter of the path cannot be decoded',
  414: 'A parameter of the path is over 2048 characters',
}

const PROBLEM = { $ref: '#/components/schemas/Problem' }

/** @param routes By operationId. */
export function openApiDocument<Route extends RestRoute>(
  options: OpenApiOptions<Route>,
  routes: Readonly<Record<string, Route>>,
): object {
  const { title, version, bearer } = options
  const paths: Record<string, Record<string, object>> = {}
  for (const [operationId, route] of Object.entries(routes)) {
    const path = paths[route.path] ?? {}
    path[route.method.toLowerCase()] = { operationId, ...operationOf(route, options) }
    paths[route.path] = path
  }
  return {
    openapi: '3.1.0',
    info: { title, version, license: { name: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: { [bearer]: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: jsonSchemaOf(problemSchema) },
    },
  }
}

function operationOf<Route extends RestRoute>(
  route: Route,
  { bearer, needs, commonFailures, bodyFailures }: OpenApiOptions<Route>,
): object {
  const { summary, success } = route
  const description = needs(route)
  const parameters = parameterObjectsOf(route)
  const failures = {
    ...(route.method !== 'GET' && pick(bodyFailures, 413)),
    ...(route.body && bodyFailures),
    ...(parametersOf(route.path).length > 0 && PARAMETER_FAILURES),
    ...route.failures,
    ...(description !== undefined && commonFailures),
  }
  return {
    summary,
    ...(description !== undefined && { security: [{ [bearer]: [] }], description }),
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(route),
    responses: { [success.status]: successOf(success), ...failuresOf(failures) },
  }
}

function pick(failures: Readonly<Record<number, string>> = {}, status: number): object {
  const { [status]: description } = failures
  return description === undefined ? {} : { [status]: description }
}

function parameterObjectsOf({ path, query }: RestRoute): object[] {
  const ofPath = parametersOf(path).map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const ofQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: jsonSchemaOf(schema as NonNullable<RestRoute['body']>),
  }))
  return [...ofPath, ...ofQuery]
}

function bodyOf({ body, accepts = ['application/json'] }: RestRoute): object {
  if (body === undefined) return {}
  const media = accepts.map((mediaType) => [mediaType, { schema: jsonSchemaOf(body) }] as const)
  return { requestBody: { required: true, content: Object.fromEntries(media) } }
}

function successOf({ description, schema, mediaType }: RestRoute['success']): object {
  if (schema !== undefined) {
    return { description, content: { 'application/json': { schema: jsonSchemaOf(schema) } } }
  }
  return mediaType === undefined ? { description } : { description, content: { [mediaType]: {} } }
}

function failuresOf(failures: Readonly<Record<number, string>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(failures).map(([status, description]) => [
      status,
      {
        description: `${PROBLEM_TITLES[Number(status)]}: ${description}`,
        content: { [PROBLEM_MEDIA_TYPE]: { schema: PROBLEM } },
      },
    ]),
  )
}
