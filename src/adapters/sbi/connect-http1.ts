/** HTTP/1.1 as a client of one server, for the web service. RFC 9112 */
import { Pool } from 'undici'
import { mediaTypeOf } from '../http/media-type.ts'
import { serverConnector } from '../http/secure-connector.ts'
import { parseServerUrl } from '../tls/server-address.ts'
import {
  DEFAULT_TIMEOUT_MS,
  MAX_ANSWER_OCTETS,
  type SbiClient,
  type SbiTarget,
} from './connect-http2.ts'
import { logNoAnswer } from './no-answer.ts'

/** @throws {ConfigurationInvalid} If `apiRoot` cannot be used. */
export function connectHttp1(target: SbiTarget): SbiClient {
  const address = parseServerUrl(target.apiRoot, { secure: 'https', plain: 'http' })
  const {
    timeoutMs = DEFAULT_TIMEOUT_MS,
    trust = { kind: 'system' },
    certificate,
    serverName,
    keyLog,
    log,
  } = target
  const prefix = address.url.pathname.replace(/\/$/, '')
  const pool = new Pool(address.url.origin, {
    connections: 32,
    maxResponseSize: MAX_ANSWER_OCTETS,
    connect: serverConnector(address, {
      trust,
      timeoutMs,
      ...(certificate && { certificate }),
      ...(keyLog && { keyLog }),
      ...(serverName === undefined ? {} : { serverName }),
    }),
  })
  return {
    async ask({ method, path, contentType, body }) {
      try {
        const answer = await pool.request({
          method: method === 'GET' ? 'GET' : 'POST',
          path: `${prefix}${path}`,
          headers: contentType === undefined ? {} : { 'content-type': contentType },
          body: body.length === 0 ? null : body,
          signal: AbortSignal.timeout(timeoutMs),
        })
        const { 'content-type': mediaType } = answer.headers
        return {
          status: answer.statusCode,
          contentType: mediaTypeOf(mediaType?.toString()),
          body: await answer.body.bytes(),
        }
      } catch (error) {
        if (!pool.destroyed) logNoAnswer(log, address.url.host, error)
        return undefined
      }
    },
    async close() {
      if (!pool.destroyed) await pool.destroy()
    },
  }
}
