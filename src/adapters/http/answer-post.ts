/** `POST` of one small message, answered by one: limits, refusals, and the answer. Design 6, 7 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { CPNS_MEDIA_TYPE } from '../../cpns/messages.ts'
import { concatOctets } from '../../octets/octets.ts'
import type { Log } from '../../ports/log.ts'
import { mediaTypeOf } from './media-type.ts'
import { pathOf, type RequestContext, requestContext } from './request-context.ts'
import { createTurnGate, type TurnGate } from './turn-gate.ts'

/** A body with its media type. */
export interface HttpBody {
  readonly contentType: string
  readonly body: Uint8Array
}

/** An answer as it goes on the wire. */
export interface HttpAnswer extends HttpBody {
  readonly status: number
}

/** One path that takes CPNS messages. */
export interface PostEndpoint {
  /** For instance `/cpns`. */
  readonly path: string
  /** Answers a body of at most 64 KiB; that a message over 4 KiB is none is the answerer's to say. */
  readonly answer: (octets: Uint8Array, context: RequestContext) => Promise<HttpAnswer>
  /** The body of the 413 that answers anything longer; default none. */
  readonly tooLarge?: () => HttpBody
}

/** What the handler shares with its server. */
export interface PostServer {
  readonly secure: boolean
  readonly log: Log
}

/**
 * Octets of a body that is read at all. More than a message may have (4 KiB), so that one that is
 * merely too long is answered like any other that cannot be read, and its connection lives.
 */
const MAX_BODY_OCTETS = 65_536
/** How long the rest of a refused request is read before the connection is closed. */
const LINGER_MS = 2_000
/** Messages answered in one turn of the event loop: some milliseconds of work. */
const ANSWERS_PER_TURN = 32

/** @param endpoint The only path there is; without one every request is refused. */
export function createPostHandler(
  endpoint: PostEndpoint | undefined,
  { secure, log }: PostServer,
): (request: IncomingMessage, response: ServerResponse) => void {
  const gate = createTurnGate(ANSWERS_PER_TURN)
  return (request, response) => {
    const refusal = refusalOf(request, endpoint?.path)
    if (refusal !== undefined || endpoint === undefined) {
      refuse(request, response, refusal ?? { status: 404 })
      return
    }
    const context = requestContext(request, secure)
    takeAndAnswer(request, response, { endpoint, context, gate }).catch((error: unknown) => {
      log.error('post-failed', { path: endpoint.path, reason: String(error) })
      if (!response.headersSent) refuse(request, response, { status: 500 })
    })
  }
}

interface Refusal {
  readonly status: number
  readonly headers?: OutgoingHttpHeaders
  readonly content?: HttpBody | undefined
}

function refusalOf(request: IncomingMessage, path: string | undefined): Refusal | undefined {
  if (pathOf(request) !== path) return { status: 404 }
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } }
  if (mediaTypeOf(request.headers['content-type']) !== CPNS_MEDIA_TYPE) return { status: 415 }
  return undefined
}

async function takeAndAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { endpoint, context, gate }: { endpoint: PostEndpoint; context: RequestContext; gate: TurnGate },
): Promise<void> {
  const octets = await readBody(request)
  if (octets === 'gone') return
  if (octets === 'too-large') {
    refuse(request, response, { status: 413, content: endpoint.tooLarge?.() })
    return
  }
  await gate.pass()
  const { status, contentType, body } = await endpoint.answer(octets, context)
  response.writeHead(status, headersOf({ contentType, body })).end(body)
}

/** The whole body, or why there is none: over 64 KiB, or the peer went away. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | 'too-large' | 'gone'> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_OCTETS) return 'too-large'
  const parts: Uint8Array[] = []
  let length = 0
  try {
    // The rest of a body that is too long is still read, by who refuses it.
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      parts.push(part as Uint8Array)
      length += (part as Uint8Array).length
      if (length > MAX_BODY_OCTETS) return 'too-large'
    }
  } catch {
    return 'gone'
  }
  return concatOctets(...parts)
}

/**
 * Answers without having read the body. A connection that is closed on octets that were not read is
 * reset, and the peer may lose the answer: so the rest is read and dropped for a while first.
 */
function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, headers, content } = refusal
  response.writeHead(status, { ...headersOf(content), ...headers, connection: 'close' })
  response.flushHeaders()
  if (content !== undefined) response.write(content.body)
  const finish = (): void => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(finish, LINGER_MS)
  if (request.readableEnded) finish()
  request.on('error', finish).once('end', finish).once('close', finish).resume()
}

function headersOf(content: HttpBody | undefined): OutgoingHttpHeaders {
  return {
    'cache-control': 'no-store',
    'content-length': content?.body.length ?? 0,
    ...(content && { 'content-type': content.contentType }),
  }
}
