/** Which request goes to which operation, and what answers all others. TS 29.500 5.2.7, TS 29.501 5.1 */
import { InvalidMessage } from '../errors/errors.ts'
import type { SbiRequest, SbiResponse } from './exchange.ts'
import { type ProblemDetails, problemResponse } from './problem-details.ts'

/** One operation at one path. */
export interface SbiRoute {
  readonly method: 'GET' | 'POST'
  /** Matches the whole path; its first group is the parameter. */
  readonly path: RegExp
  /** Media types of the request body; without them it has none. */
  readonly accepts?: readonly string[]
  /** Properties of the request that may be absent: a wrong one has a cause of its own. */
  readonly optional?: readonly string[]
  /**
   * @param asked.parameter Of the path, as it stands there. @param asked.clientNames Who asks: each is its name, and there
   *   is at least one.
   */
  answer(asked: {
    readonly parameter: string
    readonly body: Uint8Array
    readonly clientNames: readonly string[]
  }): Promise<SbiResponse>
}

/** Problems that any operation can have. TS 29.500 5.2.7.2 */
export const PROBLEMS = {
  forbidden: { status: 403, title: 'Forbidden', cause: 'CLIENT_NOT_KNOWN' },
  noResource: { status: 404, title: 'Not Found', cause: 'RESOURCE_URI_STRUCTURE_NOT_FOUND' },
  method: { status: 405, title: 'Method Not Allowed', cause: 'UNSPECIFIED_MSG_FAILURE' },
  tooSlow: { status: 408, title: 'Request Timeout', cause: 'UNSPECIFIED_MSG_FAILURE' },
  tooLarge: { status: 413, title: 'Content Too Large', cause: 'UNSPECIFIED_MSG_FAILURE' },
  headersTooLarge: {
    status: 431,
    title: 'Request Header Fields Too Large',
    cause: 'UNSPECIFIED_MSG_FAILURE',
  },
  mediaType: { status: 415, title: 'Unsupported Media Type', cause: 'UNSPECIFIED_MSG_FAILURE' },
  failed: { status: 500, title: 'Internal Server Error', cause: 'SYSTEM_FAILURE' },
  unavailable: { status: 503, title: 'Service Unavailable', cause: 'NF_CONGESTION' },
} as const satisfies Record<string, ProblemDetails>

/**
 * The answer of the operation, or a problem.
 *
 * @param clientNames Who asks; none for somebody who is not known here.
 * @throws What the operation throws, but for `InvalidMessage`, which is 400.
 */
export async function answerRequest(
  routes: readonly SbiRoute[],
  request: SbiRequest,
  clientNames: readonly string[],
): Promise<SbiResponse> {
  const there = routes.filter(({ path }) => path.test(request.path))
  if (there.length === 0) return problemResponse(PROBLEMS.noResource)
  const route = there.find(({ method }) => method === request.method)
  if (route === undefined) {
    const allow = there.map(({ method }) => method).join(', ')
    return { ...problemResponse(PROBLEMS.method), allow }
  }
  if (clientNames.length === 0) return problemResponse(PROBLEMS.forbidden)
  if (route.accepts && !route.accepts.includes(request.contentType ?? '')) {
    return problemResponse(PROBLEMS.mediaType)
  }
  // RFC 9110 15.5.16: with it the client sees that the coding is what is wrong, and not the media type.
  if (!isPlain(request.contentEncoding)) {
    return { ...problemResponse(PROBLEMS.mediaType), acceptEncoding: 'identity' }
  }
  const parameter = route.path.exec(request.path)?.[1] ?? ''
  try {
    return await route.answer({ parameter, body: request.body, clientNames })
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error
    return problemResponse(invalidRequest(error, route.optional ?? []))
  }
}

/** Whether a body is not compressed. RFC 9110 8.4.1 */
function isPlain(contentEncoding = ''): boolean {
  return ['', 'identity'].includes(contentEncoding.trim().toLowerCase())
}

/** An answer made from what we hold ourselves: what is wrong with that is not the request's fault. */
export function orFailed(respond: () => SbiResponse): SbiResponse {
  try {
    return respond()
  } catch (error) {
    if (error instanceof InvalidMessage) return problemResponse(PROBLEMS.failed)
    throw error
  }
}

/** 400 with the cause that TS 29.500 5.2.7.2 has for it. */
function invalidRequest(
  { field, reason }: InvalidMessage,
  optional: readonly string[],
): ProblemDetails {
  const invalidParams = [{ param: field, reason }]
  const problem = { status: 400, title: 'Bad Request', invalidParams }
  if (field === 'JSON' || field === 'XML') return { ...problem, cause: 'INVALID_MSG_FORMAT' }
  const isOptional = optional.includes(field.replace(/\..*/, ''))
  if (isOptional) return { ...problem, cause: 'OPTIONAL_IE_INCORRECT' }
  const isMissing = reason === 'missing'
  return { ...problem, cause: isMissing ? 'MANDATORY_IE_MISSING' : 'MANDATORY_IE_INCORRECT' }
}
