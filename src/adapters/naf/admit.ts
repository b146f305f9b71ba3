/** What every adapter of the NAF does with a request of node:http. TS 24.109 5.2, TS 33.222 6.5 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TransportFailed } from '../../errors/errors.ts'
import { spellHeader } from '../../http-digest/header-spelling.ts'
import { ASSERTED_IDENTITY_HEADER, formatAssertedIdentity } from '../../naf/asserted-identity.ts'
import type { Naf } from '../../naf/create-naf.ts'
import type { NafUser, UaOutcome } from '../../naf/ua-exchange.ts'
import { protectResponse } from './protect-response.ts'
import { type NodeRequest, uaRequestOf } from './ua-request.ts'

/** How a NAF stands in front of a server. */
export interface ProtectOptions {
  /** Longest body that is held in memory for `auth-int`; default 1 MiB. More is 413. */
  readonly maxBodyOctets?: number
}

const MAX_BODY_OCTETS = 1_048_576

const users = new WeakMap<IncomingMessage, NafUser>()

/**
 * Who sent a request that a NAF let through; with a framework, the request of node:http beneath it.
 *
 * @throws {TypeError} If no NAF has seen it, so that nothing is served to nobody by mistake.
 */
export function nafUserOf(request: IncomingMessage): NafUser {
  const user = users.get(request)
  if (user === undefined) throw new TypeError('no NAF has let this request through')
  return user
}

/**
 * Lets a request through, or answers it. One that goes through carries X-3GPP-Asserted-Identity, whatever
 * the client wrote there, and its answer will carry Authentication-Info.
 *
 * @returns Whether the application is to answer it. Never rejects.
 */
export async function admit(
  naf: Naf,
  { request, response }: { readonly request: NodeRequest; readonly response: ServerResponse },
  { maxBodyOctets = MAX_BODY_OCTETS }: ProtectOptions = {},
): Promise<boolean> {
  const outcome = await judge(naf, request, maxBodyOctets)
  if (outcome === 'gone') {
    response.destroy()
    return false
  }
  if (outcome.outcome === 'refused') {
    writeRefusal(response, outcome)
    return false
  }
  const { user } = outcome
  users.set(request, user)
  replaceHeader(request, ASSERTED_IDENTITY_HEADER, formatAssertedIdentity(user.identity))
  protectResponse(response, request.method ?? '', (body) => outcome.authenticationInfo(body))
  return true
}

async function judge(
  naf: Naf,
  request: NodeRequest,
  maxBodyOctets: number,
): Promise<UaOutcome | 'gone'> {
  try {
    return await naf.authenticate(uaRequestOf(request, maxBodyOctets))
  } catch (error) {
    if (error instanceof TransportFailed) return 'gone'
    return { outcome: 'refused', status: 500, headers: {}, reason: 'internal error' }
  }
}

function writeRefusal(
  response: ServerResponse,
  { status, headers, reason }: Extract<UaOutcome, { readonly outcome: 'refused' }>,
): void {
  const body = `${reason}\n`
  for (const [name, values] of Object.entries(headers))
    response.setHeader(spellHeader(name), [...values])
  // What is left of a body that is too long is not read.
  if (status === 411 || status === 413) response.setHeader('Connection', 'close')
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  })
  response.end(body)
}

/** In all three forms in which the platform shows headers; simulated requests lack one. */
function replaceHeader(request: IncomingMessage, name: string, value: string): void {
  const { headers, rawHeaders } = request
  const distinct: NodeJS.Dict<string[]> | undefined = request.headersDistinct
  headers[name] = value
  if (distinct !== undefined) distinct[name] = [value]
  const kept = rawHeaders.flatMap((text, index) => {
    const isName = index % 2 === 0
    return isName && text.toLowerCase() !== name ? [text, rawHeaders[index + 1] ?? ''] : []
  })
  rawHeaders.splice(0, rawHeaders.length, ...kept, name, value)
}
