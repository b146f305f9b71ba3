/**
 * A small server of user documents in the manner of XCAP (RFC 4825), protected by `cpns/naf`: each user
 * reads and writes the documents under its own identity, which its SIM proves.
 *
 * In a program of your own the import is `from 'cpns/naf'`.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type Naf, nafUserOf, protectListener } from '../../src/adapters/naf/index.ts'

interface Document {
  readonly contentType: string
  readonly octets: Buffer
  /** In quotes, as it stands in the header. */
  readonly etag: string
}

interface Request {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly body: Buffer
  readonly found: Document | undefined
}

/** `/application/users/identity/document`; an identity is percent-encoded. RFC 4825 6 */
const PATH = /^\/[\w.-]+\/users\/(?<identity>[^/?]+)\/[\w.-]+$/
const MAX_DOCUMENT_OCTETS = 65_536

/** The application behind a NAF; it keeps its documents in memory. */
export function createXcapServer(naf: Naf): RequestListener {
  const documents = new Map<string, Document>()
  let version = 0

  const put = ({ request, response, path, body: octets, found }: Request): void => {
    version += 1
    const contentType = request.headers['content-type'] ?? 'application/xml'
    documents.set(path, { contentType, octets, etag: `"${version}"` })
    response.setHeader('etag', `"${version}"`)
    end(response, found === undefined ? 201 : 200)
  }

  const show = ({ response, found }: Request): void => {
    if (found === undefined) {
      end(response, 404)
      return
    }
    response.setHeader('content-type', found.contentType)
    response.setHeader('etag', found.etag)
    response.end(found.octets)
  }

  const remove = ({ response, path }: Request): void => {
    end(response, documents.delete(path) ? 200 : 404)
  }

  const methods: Readonly<Record<string, (request: Request) => void>> = {
    GET: show,
    HEAD: show,
    PUT: put,
    DELETE: remove,
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request
    const owner = ownerOf(path)
    if (owner === undefined) return end(response, 404)
    // The NAF has proved who the user is; what the user may do is the application's to say.
    if (owner !== nafUserOf(request).identity) return end(response, 403)
    const act = Object.hasOwn(methods, method) ? methods[method] : undefined
    if (act === undefined) return end(response, 405)
    const body = await readBody(request)
    if (body === undefined) return end(response, 413)
    // Nothing is waited for from here on, so that no other request comes between check and change.
    const found = documents.get(path)
    const wanted = headers['if-match']
    if (wanted !== undefined && wanted !== found?.etag) return end(response, 412)
    act({ request, response, path, body, found })
  }

  return protectListener(naf, (request, response) => {
    void serve(request, response).catch(() => response.destroy())
  })
}

function ownerOf(path: string): string | undefined {
  const encoded = PATH.exec(path)?.groups?.identity
  try {
    return encoded && decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

/** `undefined` if it is too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length <= MAX_DOCUMENT_OCTETS) parts.push(part)
  }
  return length > MAX_DOCUMENT_OCTETS ? undefined : Buffer.concat(parts)
}

function end(response: ServerResponse, status: number): void {
  response.statusCode = status
  response.end()
}
