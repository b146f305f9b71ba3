/** The OpenAPI document of the application API. OpenAPI 3.1 */
import { openApiDocument } from '../rest/openapi.ts'
import { APP_ROUTES, type AppRoute } from './app-routes.ts'

/** What can come from every route that needs a key. */
const COMMON_FAILURES: Readonly<Record<number, string>> = {
  401: 'No API key, or none that is known',
  403: 'The API key is not for this',
  429: 'Too many failed attempts from this address; Retry-After says when',
  500: 'The server failed; nothing was changed',
}

/** What can come where a body is taken. */
const BODY_FAILURES: Readonly<Record<number, string>> = {
  413: 'The body is over 128 KiB',
  415: 'The body is not JSON',
}

/** @param version Of the package. */
export function appOpenApi(version: string): object {
  const options = {
    title: 'CPNS Server: applications',
    version,
    bearer: 'apiKey',
    needs: ({ scope }: AppRoute) => scope && `API key with scope \`${scope}\``,
    commonFailures: COMMON_FAILURES,
    bodyFailures: BODY_FAILURES,
  }
  return openApiDocument<AppRoute>(options, APP_ROUTES)
}
