/** First half of an assignment: EUKeyAssignmentRequest in, AuthenticateRequest or a refusal out. CR 7.4.3.1, M-5 */
import { chooseAlgorithm } from '../cpns/algorithms.ts'
import type { EuKeyAssignmentRequest } from '../cpns/messages.ts'
import { openAssignment } from '../cpns/server-assignment.ts'
import { assertFirstMessage } from '../cpns/server-handshake.ts'
import { RANDOM_LENGTH } from '../cpns/session-keys.ts'
import { toHex } from '../octets/octets.ts'
import { encodeError, refuseAssignment } from './answers.ts'
import { type Arrival, accountOf } from './arrival.ts'
import { attemptSubjectsOf, subjectList } from './attempt-subjects.ts'
import { challengeOf } from './challenge.ts'
import type { ServerContext } from './options.ts'
import { type PasswordPolicy, passwordPolicyOf } from './password-policy.ts'
import { isReservedName } from './reserved-names.ts'
import { secondsUntil } from './seconds-until.ts'
import type { VerifierFinder } from './users.ts'

const KEY_ID_LENGTH = 16

/**
 * Answers an EUKeyAssignmentRequest and forgets it. Nothing durable is changed, and the answer does not
 * tell whether there is such a user. K-4, M-4, M-5
 *
 * @param received.octets The message as it came; its digest enters both HASHes.
 * @throws {InvalidMessage} If profile cpns-1.0 refuses it, or it is too long to be kept in State.
 */
export async function answerAssignmentRequest(
  received: { readonly octets: Uint8Array; readonly message: EuKeyAssignmentRequest },
  arrival: Arrival,
  server: ServerContext & { readonly verifiers: VerifierFinder },
): Promise<Uint8Array> {
  const { octets, message } = received
  const { options, ports } = server
  const { transactionId, entityId, userId } = message
  const to = { transactionId, serverEntityId: options.entityId }
  const policy = passwordPolicyOf(options.passwords)
  if (arrival.kind === 'direct' && arrival.plain) {
    return encodeError({ ...to, status: 403, detail: `${message.name}: only over TLS` })
  }
  const isForbidden = isReservedName(entityId, server) || !mayAsk(message, arrival, policy)
  if (isForbidden) return refuseAssignment(to, 403)
  const algorithm = chooseAlgorithm(options.algorithms, message.algorithms)
  if (algorithm === undefined) return refuseAssignment(to, 426)
  assertFirstMessage(octets, message.name, algorithm)

  const attempt = { userId, entityId, address: accountOf(arrival) }
  const subjects = subjectList(attemptSubjectsOf(attempt, policy))
  const nowMs = ports.clock.nowMs()
  const allowedAtMs = await ports.store.attemptAllowedAtMs(subjects)
  if (allowedAtMs > nowMs) {
    return refuseAssignment(to, 429, { retryAfter: secondsUntil(allowedAtMs, nowMs) })
  }
  const { kdf } = await server.verifiers.find(userId)
  const isRelayed = arrival.kind === 'relay'
  const state = openAssignment(octets, message, {
    role: isRelayed ? 'pne' : 'pn-gw',
    ...(isRelayed && { via: arrival.via }),
    euKeyId: toHex(ports.random.octets(KEY_ID_LENGTH)),
    kdf,
    algorithm,
    randomServer: ports.random.octets(RANDOM_LENGTH),
    sessionLifetime: options.sessionLifetimeSeconds[isRelayed ? 'pne' : 'pnGw'],
    nowMs: ports.clock.nowMs(),
  })
  return await challengeOf(state, message.name, server)
}

/** A PN GW between a PNE and the server could guess the password offline. M-7 */
function mayAsk(
  message: EuKeyAssignmentRequest,
  arrival: Arrival,
  { pneAssignment }: PasswordPolicy,
): boolean {
  // PSK-TLS was proved with the key of a card: such a peer has no use for a password.
  if (arrival.kind === 'direct') return arrival.tlsBtid === undefined
  return pneAssignment === 'trusted-gateway' && message.entityId === arrival.pne
}
