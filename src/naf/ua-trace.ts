/** Ua as trace events, the same from both ends. Design 11: keys and digests are never shown. */
import { parseDigestAuthorization, parseDigestChallenges } from '../http-digest/digest-headers.ts'
import { formatHttpRequest, formatHttpResponse, httpWire } from '../http-digest/http-octets.ts'
import type { Clock } from '../ports/clock.ts'
import { elapsedSince } from '../trace/elapsed.ts'
import { noTrace, type Trace, type TraceEvent } from '../trace/trace.ts'

/** Whose messages are traced, and by which end. */
export interface UaTraceOptions {
  readonly trace: Trace
  readonly clock: Clock
  readonly end: 'UE' | 'NAF'
  /** Names of the two ends in the events. */
  readonly ueName: string
  readonly nafName: string
}

/** One HTTP message, as far as it is shown. */
export interface TracedHeaders {
  readonly headers: Readonly<Record<string, readonly string[] | string>>
}

/** Writes events of one end. */
export interface UaTracer {
  /** @returns The moment of it, by the monotonic clock. */
  request(request: TracedHeaders & { readonly method: string; readonly uri: string }): number
  /** @param sinceMs The moment of its request. */
  answer(answer: TracedHeaders & { readonly status: number }, sinceMs?: number): void
}

type Fields = TraceEvent['fields']

/** Bodies belong to the application, and are not traced. */
const NO_BODY = new Uint8Array(0)

/** The tracer of one end of Ua. */
export function createUaTracer(options: UaTraceOptions): UaTracer {
  const { trace, clock, end, ueName, nafName } = options
  if (trace === noTrace) return { request: () => 0, answer: () => {} }
  const base = { kind: 'message', point: 'Ua' } as const
  return {
    request({ method: message, uri, headers }) {
      trace({
        ...base,
        atMs: clock.nowMs(),
        side: end === 'UE' ? 'sent' : 'received',
        from: ueName,
        to: nafName,
        message,
        fields: { uri, ...credentialFields(headers) },
        wire: httpWire(() => formatHttpRequest({ method: message, uri, headers, body: NO_BODY })),
      })
      return clock.monotonicMs()
    },
    answer: ({ status, headers }, sinceMs) =>
      trace({
        ...base,
        atMs: clock.nowMs(),
        side: end === 'NAF' ? 'sent' : 'received',
        from: nafName,
        to: ueName,
        message: String(status),
        ...(sinceMs !== undefined && { elapsedMs: elapsedSince(sinceMs, clock) }),
        fields: { status, ...challengeFields(headers) },
        wire: httpWire(() => formatHttpResponse({ status, headers, body: NO_BODY })),
      }),
  }
}

/** The user name is the B-TID, which is public. */
function credentialFields({ authorization }: TracedHeaders['headers']): Fields {
  const credentials = readable(authorization, parseDigestAuthorization)
  if (credentials === undefined) return {}
  const { username, realm, algorithm, qop, nc } = credentials
  return { 'B-TID': username, realm, ...defined({ algorithm, qop, nc }) }
}

function challengeFields(headers: TracedHeaders['headers']): Fields {
  const challenge = readable(headers['www-authenticate'], parseDigestChallenges)?.[0]
  if (challenge === undefined) return {}
  const { realm, algorithm, qop, stale } = challenge
  return { realm, ...defined({ algorithm, qop, stale }) }
}

function defined(fields: Readonly<Record<string, string | undefined>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** The first value, if it can be read: a malformed message is shown without it. */
function readable<Value>(
  raw: string | readonly string[] | undefined,
  parse: (text: string) => Value,
): Value | undefined {
  const first = typeof raw === 'string' ? raw : raw?.[0]
  if (first === undefined) return undefined
  try {
    return parse(first)
  } catch {
    return undefined
  }
}
