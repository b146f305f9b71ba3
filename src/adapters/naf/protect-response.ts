/**
 * Authentication-Info on an answer of node:http, whoever writes it. With `auth-int` it covers the body,
 * so the head waits for an answer that is given as a whole; an answer that is streamed is protected as
 * `auth` does, and says so. RFC 7616 3.5
 */
import type { ServerResponse } from 'node:http'

/** A method with overloads, which is only handed on. */
type Method<Result> = (...parameters: readonly unknown[]) => Result

/**
 * From now on the head of the answer carries the header.
 *
 * @param method Of the request; the answers to one of them never have a body.
 * @param authenticationInfo Value of the header for this body, or for one that is not known yet.
 */
export function protectResponse(
  response: ServerResponse,
  method: string,
  authenticationInfo: (body?: Uint8Array) => string,
): void {
  const original = {
    writeHead: response.writeHead.bind(response) as Method<ServerResponse>,
    write: response.write.bind(response) as Method<boolean>,
    end: response.end.bind(response) as Method<ServerResponse>,
    flushHeaders: response.flushHeaders.bind(response),
  }
  let head: readonly unknown[] | undefined
  let isReleased = false

  const release = (body?: Uint8Array): void => {
    if (isReleased) return
    isReleased = true
    response.setHeader('Authentication-Info', authenticationInfo(body))
    if (head !== undefined) original.writeHead(...head)
  }
  const hasBody = (): boolean => {
    const status = Number(head?.[0] ?? response.statusCode)
    return method !== 'HEAD' && status !== 204 && status !== 304
  }

  // Not put back afterwards: somebody else may have wrapped them meanwhile.
  Object.assign(response, {
    writeHead(...parameters: readonly unknown[]) {
      if (isReleased) return original.writeHead(...parameters)
      head = parameters
      return response
    },
    write(...parameters: readonly unknown[]) {
      release()
      return original.write(...parameters)
    },
    end(...parameters: readonly unknown[]) {
      release(hasBody() ? octetsOf(parameters) : NO_BODY)
      return original.end(...parameters)
    },
    flushHeaders() {
      release()
      original.flushHeaders()
    },
  })
}

const NO_BODY = new Uint8Array(0)

/** What `end(chunk, encoding, callback)` is to write; each of the three may be left out. */
function octetsOf([chunk, encoding]: readonly unknown[]): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk !== 'string') return NO_BODY
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
}
