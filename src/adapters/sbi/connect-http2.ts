/** HTTP/2 as a client of one server: one connection, made again whenever it is lost. RFC 9113, TS 29.500 5.2 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2'
import { TransportFailed } from '../../errors/errors.ts'
import { concatOctets } from '../../octets/octets.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import type { Log } from '../../ports/log.ts'
import type { SbiRequest, SbiResponse } from '../../sbi/exchange.ts'
import { mediaTypeOf } from '../http/media-type.ts'
import { connectTls, type TlsTarget } from '../tls/connect-tls.ts'
import { parseServerUrl, type ServerAddress } from '../tls/server-address.ts'
import { logNoAnswer } from './no-answer.ts'

/** Where a server is, and how it is known. */
export interface SbiTarget {
  /** `https://…`, or `http://…` to this machine only; a path goes before that of the API. TS 29.501 4.4 */
  readonly apiRoot: string
  /** Default: authorities of the machine. */
  readonly trust?: TlsTarget['trust']
  /** What this side proves itself with. */
  readonly certificate?: TlsTarget['certificate']
  /** Name that the server's certificate holds; default the host of `apiRoot`. */
  readonly serverName?: string
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
  /** Told why a request has no answer; default nobody. */
  readonly log?: Log
  /** For connecting, request and answer together; default 5 s. */
  readonly timeoutMs?: number
}

/** A client of one server. */
export interface SbiClient {
  /** Sends a request; `undefined` if there is no answer, whatever the reason. Never rejects. */
  ask(request: SbiRequest): Promise<SbiResponse | undefined>
  /** Ends the connections; what was asked stays unanswered. Safe to call twice. */
  close(): Promise<void>
}

/** Octets of an answer's body. */
export const MAX_ANSWER_OCTETS = 131_072
/** For an answer. */
export const DEFAULT_TIMEOUT_MS = 5000

const CLOSE_MS = 500

/** Connects with the first request. @throws {ConfigurationInvalid} If `apiRoot` cannot be used. */
export function connectHttp2(target: SbiTarget): SbiClient {
  const address = parseServerUrl(target.apiRoot, { secure: 'https', plain: 'http' })
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = target
  const prefix = address.url.pathname.replace(/\/$/, '')
  const sessions = new Set<ClientHttp2Session>()
  let current: Promise<ClientHttp2Session> | undefined
  let isClosed = false

  const openSession = async (): Promise<ClientHttp2Session> => {
    const session = await connectSession(target, address, timeoutMs)
    sessions.add(session)
    const drop = (): void => {
      if (current === opened) current = undefined
    }
    session.on('error', drop).on('goaway', drop)
    session.once('close', () => {
      sessions.delete(session)
      drop()
    })
    if (isClosed) session.destroy()
    return session
  }
  let opened: Promise<ClientHttp2Session> | undefined
  const usable = (): Promise<ClientHttp2Session> => {
    if (current !== undefined) return current
    const opening = openSession()
    opened = opening
    current = opening
    opening.catch(() => {
      if (current === opening) current = undefined
    })
    return opening
  }

  const askOnce = async (request: SbiRequest, signal: AbortSignal): Promise<SbiResponse> => {
    const path = `${prefix}${request.path}`
    return await exchange(await usable(), { ...request, path }, signal)
  }

  const giveUp = (error: unknown): undefined => {
    if (!isClosed) logNoAnswer(target.log, address.url.host, error)
  }

  return {
    async ask(request) {
      if (isClosed) return undefined
      const abort = new AbortController()
      const timer = setTimeout(() => {
        // Perhaps nobody is there any more: the next request takes another connection.
        current?.then((session) => session.close()).catch(() => {})
        current = undefined
        abort.abort()
      }, timeoutMs)
      try {
        return await withTime(askOnce(request, abort.signal), abort.signal)
      } catch (error) {
        if (!isRefused(error)) return giveUp(error)
        return await withTime(askOnce(request, abort.signal), abort.signal).catch(giveUp)
      } finally {
        clearTimeout(timer)
      }
    },
    async close() {
      isClosed = true
      await current?.catch(() => {})
      await destroyAll(sessions)
    },
  }
}

async function destroyAll(sessions: ReadonlySet<ClientHttp2Session>): Promise<void> {
  // One that the server broke off may never say that it is closed.
  const open = [...sessions].filter((session) => !session.destroyed)
  const closed = open.map((session) => new Promise((resolve) => session.once('close', resolve)))
  for (const session of open) session.destroy()
  await Promise.race([Promise.all(closed), pause(CLOSE_MS)])
}

async function connectSession(
  { trust = { kind: 'system' }, certificate, serverName, keyLog }: SbiTarget,
  { url, host, port, secure }: ServerAddress,
  timeoutMs: number,
): Promise<ClientHttp2Session> {
  const options = { settings: { enablePush: false }, maxReservedRemoteStreams: 0 }
  if (!secure) return connect(url.origin, options)
  const socket = await connectTls({
    host,
    port,
    trust,
    alpn: ['h2'],
    timeoutMs,
    ...(certificate && { certificate }),
    ...(keyLog && { keyLog }),
    ...(serverName === undefined ? {} : { serverName }),
  })
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy()
    throw new TransportFailed(`${url.host} does not speak HTTP/2`)
  }
  // With TLS 1.3 a server refuses our certificate only after the client's end of the handshake.
  if (socket.destroyed) throw new TransportFailed(`${url.host} closed the connection`)
  const session = connect(url.origin, { ...options, createConnection: () => socket })
  // HTTP/2 waits for an event that a bare socket, which has proved its pin, never gives by itself.
  if (trust.kind === 'pin') socket.emit('secureConnect')
  // What the platform misses if the end comes before its session has begun.
  socket.once('close', () => session.destroy())
  return session
}

function exchange(
  session: ClientHttp2Session,
  { method, path, contentType, body }: SbiRequest,
  signal: AbortSignal,
): Promise<SbiResponse> {
  const headers = {
    ':method': method,
    ':path': path,
    accept: 'application/json, application/problem+json',
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
  }
  const stream = session.request(headers, { signal, endStream: body.length === 0 })
  if (body.length > 0) stream.end(body)
  return readAnswer(stream)
}

function readAnswer(stream: ClientHttp2Stream): Promise<SbiResponse> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = []
    let length = 0
    let head: (IncomingHttpHeaders & IncomingHttpStatusHeader) | undefined
    stream.on('response', (headers) => {
      head = headers
    })
    stream.on('data', (part: Uint8Array) => {
      length += part.length
      if (length > MAX_ANSWER_OCTETS) stream.close(constants.NGHTTP2_CANCEL)
      else parts.push(part)
    })
    stream.on('error', reject)
    stream.on('close', () => {
      const { ':status': status, 'content-type': contentType } = head ?? {}
      if (status === undefined || stream.rstCode !== constants.NGHTTP2_NO_ERROR) {
        reject(new StreamRefused(stream.rstCode))
        return
      }
      resolve({ status, contentType: mediaTypeOf(contentType), body: concatOctets(...parts) })
    })
  })
}

class StreamRefused extends TransportFailed {
  readonly rstCode: number | undefined

  constructor(rstCode: number | undefined) {
    super('the stream was closed without an answer')
    this.rstCode = rstCode
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}

/** A refused stream: nothing of the request was processed, so it may be sent again. RFC 9113 8.7 */
function isRefused(error: unknown): boolean {
  return error instanceof StreamRefused && error.rstCode === constants.NGHTTP2_REFUSED_STREAM
}

/** What is not there when the time is over does not come. */
function withTime<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject)
    const expire = (): void => reject(new TransportFailed('no answer in time'))
    if (signal.aborted) expire()
    else signal.addEventListener('abort', expire, { once: true })
  })
}
