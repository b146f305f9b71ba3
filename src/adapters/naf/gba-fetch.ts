/**
 * `fetch` for servers that ask for a key of GBA: answers their challenges with what a card gives. TS 24.109
 * 5.2, TS 33.222 5.3
 *
 * The name in the URL decides which key is used; what a server says of itself has to agree with it.
 */
import { isIP } from 'node:net'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { parseFqdn } from '../../identity/fqdn.ts'
import type { UaKeySource } from '../../naf/card-key-source.ts'
import type { PskVersion } from '../../naf/psk-exchange.ts'
import type { KeyUse } from '../../naf/realm.ts'
import { utf8 } from '../../octets/octets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import type { Random } from '../../ports/random.ts'
import type { Trace } from '../../trace/trace.ts'
import type { Trust } from '../tls/trust.ts'
import { createPskConnector } from './psk-client.ts'
import { connectUaHttp, type UaHttp, type UaHttpAnswer, type UaHttpRequest } from './ua-http.ts'
import { createTracedSend, createUaTalk, type UaTalk } from './ua-talk.ts'

/** How servers are reached. */
export interface GbaFetchOptions {
  /** How servers are known; default the authorities of the machine. */
  readonly trust?: Trust
  /** Where to connect, whatever the URL says; names stay those of the URL. */
  readonly connectTo?: { readonly host: string; readonly port: number }
  /** Kinds of key that the source has, the preferred one first; default `ME`. */
  readonly keyUses?: readonly KeyUse[]
  /**
   * PSK-TLS of this version instead of certificate and HTTP Digest: TLS itself proves both sides. For
   * `https` alone; `trust` and `keyUses` mean nothing then. TS 33.222 5.4
   */
  readonly psk?: PskVersion
  /** For each of connecting, the head of an answer and its body; default 15 s. */
  readonly timeoutMs?: number
  /** Octets of an answer's body; default 16 MiB. */
  readonly maxResponseOctets?: number
}

/** What it is given. */
export interface GbaFetchPorts {
  readonly keys: UaKeySource
  readonly clock: Clock
  readonly random: Random
  readonly trace?: Trace
  /** Takes the secrets of TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/** What a body can be. */
export type FetchBody = NonNullable<ConstructorParameters<typeof Response>[0]>

/** The part of what `fetch` takes that has a meaning here. */
export interface GbaFetchInit {
  /** Default GET. */
  readonly method?: string
  readonly headers?: Headers | Readonly<Record<string, string>>
  /** As of `fetch`; a stream is read as a whole first, because a digest may have to cover it. */
  readonly body?: FetchBody | null
  readonly signal?: AbortSignal
}

/** A client with a memory of keys and nonces. */
export interface GbaFetch {
  /**
   * As `fetch`, but that redirects are not followed: a key is for one name. A 401 that remains after a new
   * bootstrapping run is returned like any other status.
   *
   * @throws {ConfigurationInvalid} If it is no URL with a domain name, or a request that cannot be sent.
   * @throws {AuthenticationFailed} If the server is not who it should be, or the bootstrapping run failed.
   * @throws {TransportFailed} If server, card or BSF cannot be reached.
   */
  fetch(url: string | URL, init?: GbaFetchInit): Promise<Response>
  /** Ends the connections. Safe to call twice. */
  close(): Promise<void>
}

interface Origin {
  readonly http: UaHttp
  readonly talk: Pick<UaTalk, 'ask'>
}

const BODILESS = [101, 204, 205, 304]
/** Where the UE can use bootstrapped keys: a NAF may go by it. That of the UICC is as other clients write it. TS 24.109 B.3 */
const PRODUCT_TOKENS: Readonly<Record<KeyUse, string>> = { ME: '3gpp-gba', UICC: '3gpp-gba-uicc' }

/** Makes one; close it in the end. */
export function createGbaFetch(options: GbaFetchOptions, ports: GbaFetchPorts): GbaFetch {
  const origins = new Map<string, Origin>()
  const originOf = (url: URL): Origin => {
    const known = origins.get(url.origin)
    if (known !== undefined) return known
    const made = openOrigin(url, { options, ports })
    origins.set(url.origin, made)
    return made
  }
  return {
    async fetch(text, init = {}) {
      const url = parseUrl(text)
      const request = await requestOf(url, init, options.keyUses)
      const answer = await originOf(url).talk.ask(request)
      const body = BODILESS.includes(answer.status) ? null : new Uint8Array(answer.body)
      return new Response(body, { status: answer.status, headers: headersOf(answer) })
    },
    async close() {
      await Promise.all([...origins.values()].map(({ http }) => http.close()))
      origins.clear()
    },
  }
}

function openOrigin(
  url: URL,
  { options, ports }: { readonly options: GbaFetchOptions; readonly ports: GbaFetchPorts },
): Origin {
  const { trust = { kind: 'system' }, timeoutMs = 15_000, maxResponseOctets = 1 << 24 } = options
  const { connectTo, keyUses = ['ME'], psk } = options
  const nafFqdn = parseFqdn(url.hostname, 'URL')
  const isTls = url.protocol === 'https:'
  if (psk !== undefined && !isTls) throw new ConfigurationInvalid('PSK-TLS is for https alone')
  const connector = {
    ...ports,
    nafFqdn,
    version: psk ?? '1.3',
    alpn: ['http/1.1'],
    timeoutMs,
  } as const
  const http = connectUaHttp({
    url,
    trust,
    timeoutMs,
    maxResponseOctets,
    ...(connectTo !== undefined && { connectTo }),
    ...(psk !== undefined && { openTls: createPskConnector(connector) }),
    ...(ports.keyLog && { keyLog: ports.keyLog }),
  })
  if (psk !== undefined) return { http, talk: { ask: createTracedSend({ ...ports, http }) } }
  return { http, talk: createUaTalk({ nafFqdn, isTls, keyUses }, { ...ports, http }) }
}

function parseUrl(text: string | URL): URL {
  const url = URL.canParse(String(text)) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new ConfigurationInvalid('not a URL of the form https://name/path')
  }
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) > 0) {
    throw new ConfigurationInvalid(`${url.host}: a key is for a name, not for an IP address`)
  }
  return url
}

async function requestOf(
  url: URL,
  { method = 'GET', headers, body, signal }: GbaFetchInit,
  keyUses: readonly KeyUse[] = ['ME'],
): Promise<UaHttpRequest> {
  const given = new Headers(headers)
  const { octets, contentType } = await readBody(body ?? '')
  if (contentType !== null && !given.has('content-type')) given.set('content-type', contentType)
  if (!given.has('user-agent')) given.set('user-agent', userAgentOf(keyUses))
  return {
    method: method.toUpperCase(),
    path: `${url.pathname}${url.search}`,
    headers: Object.fromEntries(given),
    body: octets,
    ...(signal !== undefined && { signal }),
  }
}

/** Text and octets are of no type unless the caller says so; of the rest the platform knows it. */
async function readBody(body: FetchBody) {
  if (typeof body === 'string') return { octets: utf8(body), contentType: null }
  if (body instanceof Uint8Array) return { octets: body, contentType: null }
  const read = new Response(body)
  const octets = new Uint8Array(await read.arrayBuffer())
  return { octets, contentType: read.headers.get('content-type') }
}

function userAgentOf(keyUses: readonly KeyUse[]): string {
  return ['cpns', ...keyUses.map((keyUse) => PRODUCT_TOKENS[keyUse])].join(' ')
}

function headersOf({ headers }: UaHttpAnswer): Headers {
  const all = Object.entries(headers).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  )
  return new Headers(all)
}
