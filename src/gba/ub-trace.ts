/** Ub as trace events, the same from both ends. Design 11: digests and keys are never shown. */
import { parseDigestAuthorization, parseDigestChallenges } from '../http-digest/digest-headers.ts'
import { formatHttpRequest, formatHttpResponse, httpWire } from '../http-digest/http-octets.ts'
import type { Clock } from '../ports/clock.ts'
import { elapsedSince } from '../trace/elapsed.ts'
import { noTrace, type Trace, type TraceEvent } from '../trace/trace.ts'
import { decodeBootstrappingInfo } from './bootstrapping-info.ts'
import type { UbRequest, UbResponse } from './ub-exchange.ts'

/** Whose messages are traced, and by which end. */
export interface UbTraceOptions {
  readonly trace: Trace
  readonly clock: Clock
  readonly end: 'UE' | 'BSF'
  /** Names of the two ends in the events. */
  readonly ueName: string
  readonly bsfName: string
}

/** Writes events of one end. */
export interface UbTracer {
  /** @returns The moment of it, by the monotonic clock. */
  request(request: UbRequest): number
  /** @param sinceMs The moment of its request. */
  response(response: UbResponse, sinceMs?: number): void
}

type Fields = TraceEvent['fields']

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The tracer of one end of Ub. */
export function createUbTracer(options: UbTraceOptions): UbTracer {
  const { trace, clock, end, ueName, bsfName } = options
  if (trace === noTrace) return { request: () => 0, response: () => {} }
  const base = { kind: 'message', point: 'Ub' } as const
  return {
    request(request) {
      trace({
        ...base,
        atMs: clock.nowMs(),
        side: end === 'UE' ? 'sent' : 'received',
        from: ueName,
        to: bsfName,
        message: request.method,
        fields: requestFields(request),
        wire: httpWire(() => formatHttpRequest(request)),
      })
      return clock.monotonicMs()
    },
    response: (response, sinceMs) =>
      trace({
        ...base,
        atMs: clock.nowMs(),
        side: end === 'BSF' ? 'sent' : 'received',
        from: bsfName,
        to: ueName,
        message: `${response.status} ${STATUS_TEXTS[response.status] ?? ''}`.trim(),
        ...(sinceMs !== undefined && { elapsedMs: elapsedSince(sinceMs, clock) }),
        fields: responseFields(response),
        wire: httpWire(() => formatHttpResponse(response)),
      }),
  }
}

/** What a request may show; a malformed one shows that it is. */
function requestFields({ uri, headers }: UbRequest): Fields {
  const authorization = readable(headers.authorization, parseDigestAuthorization)
  if (authorization === undefined) return { uri }
  const { username, realm, nonce, algorithm, auts } = authorization
  return {
    uri,
    username,
    realm,
    ...(nonce === '' ? {} : { nonce }),
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(auts === undefined ? {} : { auts }),
  }
}

function responseFields({ status, headers, body }: UbResponse): Fields {
  const challenge = readable(headers['www-authenticate'], parseDigestChallenges)?.[0]
  const info = status === 200 ? readable([body], decodeBootstrappingInfo) : undefined
  return {
    status,
    ...(challenge && { realm: challenge.realm, nonce: challenge.nonce }),
    ...(challenge?.algorithm && { algorithm: challenge.algorithm }),
    ...(info && { 'B-TID': info.btid, lifetime: new Date(info.expiresAtMs).toISOString() }),
  }
}

function readable<Raw, Value>(
  raw: readonly Raw[] | undefined,
  parse: (raw: Raw) => Value,
): Value | undefined {
  const [first, ...others] = raw ?? []
  if (first === undefined || others.length > 0) return undefined
  try {
    return parse(first)
  } catch {
    return undefined
  }
}
