/** First half of mutual authentication: ConnectRequest in, AuthenticateRequest or a refusal out. CR 7.5.2, M-4 */
import { chooseAlgorithm } from '../cpns/algorithms.ts'
import type { ConnectRequest } from '../cpns/messages.ts'
import { assertFirstMessage, openExchange } from '../cpns/server-handshake.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { type RefusalHints, refuseConnect } from './answers.ts'
import { type Arrival, accountOf, agreesWithArrival } from './arrival.ts'
import { challengeOf } from './challenge.ts'
import type { EuKeyFinder, EuKeyFinding } from './eukeys.ts'
import type { CpnsServerOptions, ServerContext } from './options.ts'
import { isReservedName } from './reserved-names.ts'

const RAND_LENGTH = 16

/**
 * Answers a ConnectRequest and forgets it: all that is needed later is in the State that the client
 * carries. Nothing durable is changed. K-4, M-4
 *
 * @param received.octets The message as it came; its digest enters both HASHes.
 * @throws {InvalidMessage} If profile cpns-1.0 refuses it, which costs no look-up.
 */
export async function answerConnectRequest(
  received: { readonly octets: Uint8Array; readonly message: ConnectRequest },
  arrival: Arrival,
  server: ServerContext & { readonly euKeys: EuKeyFinder },
): Promise<Uint8Array> {
  const { octets, message } = received
  const { options, ports } = server
  const to = { transactionId: message.transactionId, serverEntityId: options.entityId }
  const isForbidden =
    isReservedName(message.entityId, server) || !agreesWithArrival(message, arrival)
  if (isForbidden) return refuseConnect(to, 403)
  const algorithm = chooseAlgorithm(options.algorithms, message.algorithms)
  if (algorithm === undefined) return refuseConnect(to, 426)
  assertFirstMessage(octets, message.name, algorithm)
  const finding = await server.euKeys.forConnect(message, accountOf(arrival))
  if (finding.outcome !== 'found') return refuseFinding(to, finding, server)
  const { euKey, usableUntilMs } = finding
  const nowMs = ports.clock.nowMs()
  const lifetime = sessionLifetime(message.role, usableUntilMs - nowMs, options)
  // The look-up may have taken what was left of the key.
  if (lifetime < 1) return refuseFinding(to, { outcome: 'none' }, server)
  const state = openExchange(octets, message, {
    euKeyId: euKey.id,
    keyType: euKey.keyType,
    algorithm,
    randomServer: ports.random.octets(RAND_LENGTH),
    sessionLifetime: lifetime,
    nowMs,
  })
  return await challengeOf(state, message.name, server)
}

/** Seconds; a session never outlives its EUKey. K-4 */
function sessionLifetime(
  role: ConnectRequest['role'],
  usableMs: number,
  options: CpnsServerOptions,
): number {
  const policy = options.sessionLifetimeSeconds[role === 'pn-gw' ? 'pnGw' : 'pne']
  return Math.min(policy, Math.floor(usableMs / 1000))
}

function refuseFinding(
  to: Parameters<typeof refuseConnect>[0],
  finding: Exclude<EuKeyFinding, { outcome: 'found' }>,
  { options, ports }: ServerContext,
): Uint8Array {
  switch (finding.outcome) {
    case 'type-refused':
      return refuseConnect(to, 421, { keyType: finding.keyType })
    case 'limited':
      return refuseConnect(to, 429, { retryAfter: finding.retryAfterSeconds })
    case 'unavailable':
      return refuseConnect(to, 503, { retryAfter: 1 })
    case 'none':
      break
  }
  return refuseConnect(to, 402, { ...bsfHint(ports.zn), naf: options.nafFqdn, uaId: options.uaId })
}

/** Where a new B-TID is to come from, if there is only one place. Design 6 */
function bsfHint(zn: ReadonlyMap<string, unknown>): Pick<RefusalHints, 'bsf'> {
  const [name, ...others] = zn.keys()
  return name === undefined || others.length > 0 ? {} : { bsf: parseFqdn(name) }
}
