/**
 * The talk of a client with one NAF: challenges, answers, new nonces and new keys. TS 24.109 5.2,
 * RFC 7616 3.4 to 3.6
 */
import { AuthenticationFailed, Unsupported } from '../../errors/errors.ts'
import type { Fqdn } from '../../identity/fqdn.ts'
import type { UaId } from '../../identity/naf-id.ts'
import type { UaKey, UaKeySource } from '../../naf/card-key-source.ts'
import { uaIdOfHttpDigest } from '../../naf/cipher-suites.ts'
import type { KeyUse } from '../../naf/realm.ts'
import {
  answerChallenge,
  chooseChallenge,
  nextNonceOf,
  type UaAnswer,
  type UaChallenge,
} from '../../naf/ua-client.ts'
import { createUaTracer } from '../../naf/ua-trace.ts'
import { toHex } from '../../octets/octets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import { noTrace, type Trace } from '../../trace/trace.ts'
import type { UaHttp, UaHttpAnswer, UaHttpRequest } from './ua-http.ts'

/** What a talk needs. */
export interface UaTalkPorts {
  readonly http: UaHttp
  readonly keys: UaKeySource
  readonly clock: Clock
  readonly random: Random
  readonly trace?: Trace
}

/** Who is talked to. */
export interface UaTalkOptions {
  /** The name in the URL. */
  readonly nafFqdn: Fqdn
  readonly isTls: boolean
  /** Kinds of key that the source has, the preferred one first. */
  readonly keyUses: readonly KeyUse[]
}

/** A talk; requests may overtake each other. */
export interface UaTalk {
  /**
   * Answers a challenge, takes a new nonce once, and bootstraps anew once; a 401 that remains is returned.
   *
   * @throws {AuthenticationFailed} If the server is not who it should be, or the bootstrapping run failed.
   * @throws {TransportFailed} If server, card or BSF cannot be reached.
   * @throws {Unsupported} If the key depends on a cipher suite that is not known here.
   */
  ask(request: UaHttpRequest): Promise<UaHttpAnswer>
}

/** What answers the next request without being asked. */
interface Credentials {
  readonly challenge: UaChallenge
  readonly uaId: UaId
  readonly key: UaKey
  /**
   * The same for all requests, as the key of the `-sess` algorithms is made with the first one: servers that
   * keep that key and servers that make it anew then have the same. RFC 7616 3.4.2
   */
  readonly cnonce: string
  /** The last nonce count. */
  nc: number
}

/** An answer, and what was sent for it. */
interface Sent {
  readonly answer: UaHttpAnswer
  readonly credentials?: Credentials
}

/** What can be done about a 401; each once a request, so that no server can keep a client busy. */
type Remedy = 'first-answer' | 'new-nonce' | 'new-key'

const CNONCE_LENGTH = 16
const MAX_NC = 0xffff_ffff

/** What a connection sends, traced as Ua. */
export function createTracedSend({
  http,
  clock,
  trace = noTrace,
}: Pick<UaTalkPorts, 'http' | 'clock' | 'trace'>): UaHttp['send'] {
  const tracer = createUaTracer({ trace, clock, end: 'UE', ueName: 'UE', nafName: 'NAF' })
  return async (request) => {
    const sinceMs = tracer.request({ ...request, uri: request.path })
    const answer = await http.send(request)
    tracer.answer(answer, sinceMs)
    return answer
  }
}

/** A talk that begins without knowing anything. */
export function createUaTalk(options: UaTalkOptions, ports: UaTalkPorts): UaTalk {
  const { http, clock } = ports
  const exchange = createTracedSend(ports)
  let current: Credentials | undefined

  /** With credentials, if there are any that fit the connection. */
  const send = async (request: UaHttpRequest): Promise<Sent> => {
    const credentials = current
    if (credentials === undefined || !isGood(credentials, http, clock)) {
      return { answer: await exchange(request) }
    }
    credentials.nc += 1
    const { challenge, key, cnonce, nc } = credentials
    const { method, path: uri, body } = request
    const own = answerChallenge(challenge, key, { method, uri, body, nc, cnonce })
    const headers = { ...request.headers, authorization: own.authorization }
    const answer = await exchange({ ...request, headers })
    if (answer.status !== 401) {
      believe(answer, own, options.isTls)
      const nonce = nextNonceOf(infoOf(answer))
      if (nonce !== undefined && current === credentials) {
        current = { ...credentials, challenge: { ...challenge, nonce }, nc: 0 }
      }
    }
    return { answer, credentials }
  }

  return {
    async ask(request) {
      const tried = new Set<Remedy>()
      for (;;) {
        const { answer, credentials } = await send(request)
        const challenge = answer.status === 401 ? challengeOf(answer, options) : undefined
        if (challenge === undefined) return answer
        const remedy = remedyFor(challenge, credentials)
        if (tried.has(remedy)) return answer
        tried.add(remedy)
        const refused = remedy === 'new-key' ? credentials?.key : undefined
        current = await obtain(challenge, refused, { options, ports })
      }
    },
  }
}

/** A challenge that is not stale asks for a new bootstrapping run. TS 24.109 5.2.5 */
function remedyFor({ isStale }: UaChallenge, sent: Credentials | undefined): Remedy {
  if (sent === undefined) return 'first-answer'
  return isStale ? 'new-nonce' : 'new-key'
}

async function obtain(
  challenge: UaChallenge,
  refused: UaKey | undefined,
  { options, ports }: { readonly options: UaTalkOptions; readonly ports: UaTalkPorts },
): Promise<Credentials> {
  const uaId = uaIdOf(ports.http)
  const key = await ports.keys.obtain({
    nafId: { nafFqdn: options.nafFqdn, uaId },
    keyUse: challenge.keyUse,
    ...(refused !== undefined && { refused: refused.btid }),
  })
  const cnonce = toHex(ports.random.octets(CNONCE_LENGTH))
  return { challenge, uaId, key, cnonce, nc: 0 }
}

function isGood({ uaId, key, nc }: Credentials, http: UaHttp, clock: Clock): boolean {
  return uaId === uaIdOf(http) && key.expiresAtMs > clock.nowMs() && nc < MAX_NC
}

function uaIdOf({ cipherSuite }: UaHttp): UaId {
  if (cipherSuite !== 'unknown') return uaIdOfHttpDigest(cipherSuite)
  throw new Unsupported('the cipher suite of the connection has no known number')
}

/** TLS proves the server too; without it nothing but Authentication-Info does. RFC 7616 3.5 */
function believe(answer: UaHttpAnswer, own: UaAnswer, isTls: boolean): void {
  const proof = own.judge(infoOf(answer), answer.body)
  if (proof === 'wrong') {
    throw new AuthenticationFailed('the server did not prove that it has the key: rspauth is wrong')
  }
  if (isTls || proof === 'body') return
  // A refusal gives nothing that would have to be believed, and its sender may not have the key.
  if (answer.status >= 400) return
  throw new AuthenticationFailed('the server did not protect its answer, and there is no TLS')
}

/** `undefined` if nobody asks for a key of GBA. */
function challengeOf({ headers }: UaHttpAnswer, options: UaTalkOptions): UaChallenge | undefined {
  const chosen = chooseChallenge(headers['www-authenticate'] ?? [], options)
  if (chosen.outcome === 'challenge') return chosen
  if (chosen.outcome === 'none') return undefined
  const { nafFqdn } = options
  throw new AuthenticationFailed(`the server asks for the key of another NAF, not of ${nafFqdn}`)
}

function infoOf({ headers }: UaHttpAnswer): string | undefined {
  return headers['authentication-info']?.[0]
}
