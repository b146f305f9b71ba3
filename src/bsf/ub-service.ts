/**
 * Ub at the BSF: one HTTP request in, one answer out. TS 33.220 4.5.2, TS 24.109 4
 *
 * An unknown IMPI and a wrong RES end in the same 403; a malformed header in a 400 that names the field.
 */
import { CpnsError, InvalidMessage } from '../errors/errors.ts'
import { isTmpi } from '../gba/tmpi.ts'
import type { UbRequest, UbResponse } from '../gba/ub-exchange.ts'
import { formatChallenge, formatRefusal } from '../gba/ub-messages.ts'
import { readUbRequest, type UbMessage } from '../gba/ub-server.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import { parseImpi } from '../identity/impi.ts'
import type { Log } from '../ports/log.ts'
import type { AnswerJudge } from './answer-judge.ts'
import type { BsfStore } from './bsf-store.ts'
import type { ChallengeLimits } from './challenge-limits.ts'
import type { Challenger } from './challenger.ts'

/** How Ub is served. */
export interface UbServiceOptions {
  readonly bsfName: Fqdn
  readonly product: string
}

/** What the service is given. */
export interface UbServicePorts {
  readonly challenge: Challenger
  readonly judgeAnswer: AnswerJudge
  readonly store: Pick<BsfStore, 'findImpiOfTmpi'>
  readonly log: Log
  readonly limits?: ChallengeLimits
}

/** Where a request came from. */
export interface UbContext {
  /** For the log and the limits. */
  readonly remoteAddress: string
}

/** Answers one request of a UE; never rejects. @see TS 24.109 4.3 */
export type UbService = (request: UbRequest, context: UbContext) => Promise<UbResponse>

type Identified = Exclude<UbMessage, { readonly kind: 'anonymous' }>

/** The UE deletes it, and names itself by its IMPI. TS 33.220 4.5.2 */
const UNKNOWN_TMPI = 'username: unknown TMPI, start again with the IMPI'

/** The Ub service of one BSF node. */
export function createUbService(options: UbServiceOptions, ports: UbServicePorts): UbService {
  const { bsfName, product } = options
  const { challenge, judgeAnswer, store, log, limits } = ports

  /** A challenge within the limits: it costs a vector, whichever message made the UE need one. */
  const challengeUser = async (
    { username }: Identified,
    { remoteAddress, stale }: UbContext & { readonly stale: boolean },
  ): Promise<UbResponse> => {
    const tmpi = isTmpi(username) ? { tmpi: username } : {}
    const impi = isTmpi(username)
      ? await store.findImpiOfTmpi(username)
      : parseImpi(username, 'username')
    if (impi === undefined) return formatRefusal(product, { status: 400, reason: UNKNOWN_TMPI })
    if (limits?.admit(impi, remoteAddress) === false) {
      log.warn('ub-limit-reached', { remoteAddress, impi })
      return formatRefusal(product, { status: 429 })
    }
    return challenge({ impi }, { stale, ...tmpi })
  }

  const serve = (message: Identified, request: UbRequest, { remoteAddress }: UbContext) =>
    message.kind === 'initial'
      ? challengeUser(message, { remoteAddress, stale: false })
      : judgeAnswer({
          answer: message,
          request,
          challengeAnew: () => challengeUser(message, { remoteAddress, stale: true }),
        })

  const fail = (error: unknown, who: UbContext & { readonly username: string }): UbResponse => {
    const { remoteAddress, username } = who
    if (error instanceof InvalidMessage) {
      log.warn('ub-request-invalid', { remoteAddress, reason: error.message })
      return formatRefusal(product, { status: 400, reason: error.message })
    }
    const code = error instanceof CpnsError ? error.code : 'internal'
    log.error('ub-request-failed', { remoteAddress, username, code })
    return formatRefusal(product, { status: code === 'store-failed' ? 503 : 500 })
  }

  return async (request, { remoteAddress }) => {
    if (request.method !== 'GET') return formatRefusal(product, { status: 405 })
    let username = ''
    try {
      const message = identify(request, bsfName)
      // 401 and not 400: it tells an honest client what to send. Without a user there is no nonce.
      if (message === undefined) return formatChallenge(options)
      username = message.username
      return await serve(message, request, { remoteAddress })
    } catch (error) {
      return fail(error, { remoteAddress, username })
    }
  }
}

/** @returns `undefined` for a request without Authorization. @throws {InvalidMessage} If it is wrong. */
function identify(request: UbRequest, bsfName: Fqdn): Identified | undefined {
  const message = readUbRequest(request, bsfName)
  if (message.kind === 'anonymous') return undefined
  if (!isTmpi(message.username)) parseImpi(message.username, 'username')
  return message
}
