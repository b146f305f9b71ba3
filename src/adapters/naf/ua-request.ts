/** A request of node:http as a NAF sees it. TS 24.109 5 */
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { TransportFailed } from '../../errors/errors.ts'
import { cipherSuiteOf } from '../../naf/cipher-suites.ts'
import type { BodyReading, UaConnection, UaRequest } from '../../naf/ua-exchange.ts'
import { concatOctets } from '../../octets/octets.ts'
import { requestContext } from '../http/request-context.ts'

/** A request; a framework that takes a prefix off the URL keeps the whole one beside it. */
export type NodeRequest = IncomingMessage & { readonly originalUrl?: string }

/**
 * The request in the words of the core. Its body is read only if the digest covers it, and put back for
 * the application.
 *
 * @param maxBodyOctets How much of a body is held in memory for that.
 */
export function uaRequestOf(request: NodeRequest, maxBodyOctets: number): UaRequest {
  return {
    method: request.method ?? '',
    uri: request.originalUrl ?? request.url ?? '',
    headers: headersOf(request),
    connection: connectionOf(request),
    readBody: () => readBodyAhead(request, maxBodyOctets),
  }
}

/** From the raw ones: the platform's other forms drop what is doubled, or lack in simulated requests. */
function headersOf({ rawHeaders }: IncomingMessage): Record<string, readonly string[]> {
  const headers = new Map<string, string[]>()
  for (let n = 0; n + 1 < rawHeaders.length; n += 2) {
    const name = (rawHeaders[n] as string).toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), rawHeaders[n + 1] as string])
  }
  return Object.fromEntries(headers)
}

function connectionOf(request: IncomingMessage): UaConnection {
  const { socket } = request
  const { remoteAddress } = requestContext(request, false)
  if (!(socket instanceof TLSSocket)) return { remoteAddress }
  return { remoteAddress, cipherSuite: cipherSuiteOfSocket(socket) }
}

/** The cipher suite of a connection; `unknown` if it is in no table, or the connection is gone. */
export function cipherSuiteOfSocket(socket: TLSSocket): number | 'unknown' {
  // The platform says nothing once the connection is gone, whatever its types say.
  const cipher = socket.getCipher() as { readonly standardName?: string } | undefined
  return cipherSuiteOf(cipher?.standardName ?? '') ?? 'unknown'
}

/** Only a body of known length can be put back before its end is announced. */
async function readBodyAhead(request: IncomingMessage, limit: number): Promise<BodyReading> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
  if (encoding !== undefined) return { outcome: 'length-unknown' }
  const octets = Number(length)
  if (octets > limit) return { outcome: 'too-long' }
  if (octets === 0) return { outcome: 'read', octets: new Uint8Array(0) }
  if (request.readableEnded) throw new TypeError('the body was read before the NAF could see it')
  return { outcome: 'read', octets: await readAhead(request, octets) }
}

/** @throws {TransportFailed} If the client goes away before. */
function readAhead(request: IncomingMessage, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = []
    let taken = 0
    const stop = (): void => {
      request.off('readable', take).off('close', fail).off('error', fail)
    }
    const fail = (): void => {
      stop()
      reject(new TransportFailed('the client went away'))
    }
    const take = (): void => {
      for (let part = request.read(); part !== null; part = request.read()) {
        parts.push(part)
        taken += part.length
      }
      if (taken < length) return
      const body = concatOctets(...parts)
      request.unshift(body)
      stop()
      resolve(body)
    }
    if (request.destroyed) fail()
    else request.on('readable', take).on('close', fail).on('error', fail)
  })
}
