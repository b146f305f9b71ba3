/**
 * START, PROVE and CONFIRM EUKEY: the card uses Ks_int_NAF as EUKey for a terminal that never gets it.
 * Design K-1, M-2, M-3; what the commands carry is in `src/apdu/eukey-command.ts`, why they are so in
 * docs/explanation/decisions/0024-eukey-operations-in-the-card.md.
 *
 * The card draws RAND_client and keeps one exchange an application, in volatile memory: a new START
 * replaces it, a reset ends it. PROVE and CONFIRM are for this one only, each once and in this order.
 * PROVE names its RAND_client, so that two programs at one card do not get into each other's exchange.
 *
 * The card sees digests, so it cannot check that its RAND_client stands in the ConnectRequest. It need
 * not: the session key is salted with the RAND_client that the card drew, so whatever a terminal puts
 * together from an old session, the key that comes out is not the key of that session. A terminal that
 * sends another RAND gets a key that the server does not have, for the server takes the RAND of the
 * ConnectRequest; and the messages themselves are bound by the server's HASH, which the card verifies.
 *
 * Status words, checked in this order: 69 85 without active application in its ADF, 69 82 without its PIN, 67 00 for
 * a length that is not that of the command; then START: 6A 88 if no Ks_int_NAF is kept for the NAF_Id;
 * PROVE and CONFIRM: 69 85 if it is not their turn, PROVE also for another RAND_client; CONFIRM: 98 62 if the HASH of the server is wrong. Only
 * what went well changes anything, but for 98 62, which ends the exchange.
 */
import type { ApplicationName } from '../apdu/aid.ts'
import {
  decodeEuKeyConfirmation,
  decodeEuKeyProof,
  EUKEY_RANDOM_LENGTH,
} from '../apdu/eukey-command.ts'
import { SW } from '../apdu/status-words.ts'
import { computeHmacHash } from '../cpns/handshake-hash.ts'
import { deriveSessionKey } from '../cpns/session-keys.ts'
import { transcriptOf } from '../cpns/transcript.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { equalOctets } from '../octets/octets.ts'
import {
  type CardState,
  currentApplication,
  type EuKeyExchange,
  type Outcome,
  refuse,
  type Turn,
} from './card.ts'
import type { CardMemory, NafKey } from './card-memory.ts'
import { isPinSatisfied } from './security-status.ts'

/** P1 P2 00 00. */
export function isEuKeyParameters(p1: number, p2: number): boolean {
  return p1 === 0 && p2 === 0
}

/** Selects the key by NAF_Id, and gives RAND_client: 16 octets. K-1 */
export function startEuKey(turn: Turn): Outcome {
  return run(turn, (application) => {
    const { memory } = turn.state
    const key = memory.gba[application]?.nafKeys.find(({ nafId }) =>
      equalOctets(nafId, turn.command.data),
    )
    if (key === undefined) return refuse(turn, SW.referencedDataNotFound)
    const randomClient = turn.card.random.octets(EUKEY_RANDOM_LENGTH)
    const exchange = { ksIntNaf: key.ksIntNaf, randomClient }
    const used = { ...turn.state, memory: withLastUsed(memory, application, key) }
    return { state: withExchange(used, application, exchange), sw: SW.ok, data: randomClient }
  })
}

/** HASH of the client over the digests of ConnectRequest and AuthenticateRequest: 32 octets. M-2 */
export function proveEuKey(turn: Turn): Outcome {
  return run(turn, (application) => {
    const proof = decodeEuKeyProof(turn.command.data)
    const exchange = turn.state.session.euKeyExchanges[application]
    const isInTurn =
      exchange !== undefined &&
      exchange.proof === undefined &&
      equalOctets(proof.randomClient, exchange.randomClient)
    if (!isInTurn) return refuse(turn, SW.conditionsNotSatisfied)
    const hash = computeHmacHash(exchange.ksIntNaf, 'connect-client', transcriptOf(proof.digests))
    const state = withExchange(turn.state, application, { ...exchange, proof })
    return { state, sw: SW.ok, data: hash }
  })
}

/** Verifies the HASH of the server, and gives the session key: 32 octets. M-2, M-3 */
export function confirmEuKey(turn: Turn): Outcome {
  return run(turn, (application) => {
    const { digest, serverHash } = decodeEuKeyConfirmation(turn.command.data)
    const exchange = turn.state.session.euKeyExchanges[application]
    if (exchange?.proof === undefined) return refuse(turn, SW.conditionsNotSatisfied)
    const { ksIntNaf, randomClient, proof } = exchange
    const state = withExchange(turn.state, application, undefined)
    const transcript = transcriptOf([...proof.digests, digest])
    const expectedHash = computeHmacHash(ksIntNaf, 'connect-server', transcript)
    if (!equalOctets(serverHash, expectedHash)) return { state, sw: SW.incorrectMac }
    const sessionKey = deriveSessionKey(ksIntNaf, { ...proof, randomClient })
    return { state, sw: SW.ok, data: sessionKey.reveal() }
  })
}

/** Needs what AUTHENTICATE needs: an active application in its ADF, and the PIN if it is enabled. TS 31.102 7.1 */
function run(turn: Turn, command: (application: ApplicationName) => Outcome): Outcome {
  const application = currentApplication(turn)?.application
  if (application === undefined) return refuse(turn, SW.conditionsNotSatisfied)
  if (!isPinSatisfied(turn.state, 'pin')) return refuse(turn, SW.securityStatusNotSatisfied)
  try {
    return command(application)
  } catch (error) {
    if (error instanceof InvalidMessage) return refuse(turn, SW.wrongLength)
    throw error
  }
}

/** Another exchange in place of the outstanding one; `undefined`: none. */
function withExchange(
  state: CardState,
  application: ApplicationName,
  exchange: EuKeyExchange | undefined,
): CardState {
  const { [application]: _, ...others } = state.session.euKeyExchanges
  const euKeyExchanges = exchange === undefined ? others : { ...others, [application]: exchange }
  return { ...state, session: { ...state.session, euKeyExchanges } }
}

/** The key at the head of the list, so that it is not the next one to go. TS 33.220 G.2 */
function withLastUsed(memory: CardMemory, application: ApplicationName, key: NafKey): CardMemory {
  const gba = memory.gba[application]
  if (gba === undefined || gba.nafKeys[0] === key) return memory
  const nafKeys = [key, ...gba.nafKeys.filter((other) => other !== key)]
  return { ...memory, gba: { ...memory.gba, [application]: { ...gba, nafKeys } } }
}
