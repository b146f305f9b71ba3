/** Mutual authentication over a link, from EUKey to session. CR 7.5.2; K-4, M-2, M-8 */
import { ConfigurationInvalid, TransportFailed } from '../errors/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import { attachmentErrorOf } from './attachment-error.ts'
import {
  type ClientEvent,
  type ClientFailed,
  type ClientState,
  IDLE,
  type StartEvent,
} from './client-handshake.ts'
import { advance } from './client-handshake-advance.ts'
import type { ClientIdentity, ClientSession } from './client-session.ts'
import { ConnectRefused, type CredentialSource, type Credentials, proverOf } from './credentials.ts'
import type { EuKeyProver } from './eukey-prover.ts'
import type { LinkConnection } from './link-connection.ts'
import { freshTransactionId } from './transaction-id.ts'

/** What authentication needs. */
export interface AuthenticationPorts {
  readonly credentials: CredentialSource
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Told of every handshake message that is sent and received. */
  readonly seen: (side: 'sent' | 'received', octets: Uint8Array) => void
}

/** How long the server may take for one answer. Design 12, "half-open handshake" */
const ANSWER_MS = 30_000
const LONGEST_RETRY_SECONDS = 60

/**
 * Runs the handshake until there is a session. After a 402 the EUKey is made anew once (bootstrapping),
 * after a 421 another kind of key is asked of the source once, which sees to it that nothing is lowered;
 * a busy server is asked again when it says so.
 *
 * @throws {ConnectRefused} If the server refuses, or its HASH is wrong.
 * @throws {TransportFailed} If the connection ends, or the server does not answer or cannot now.
 * @throws {CpnsError} As the credential source, or if what came is no message of this exchange.
 */
export async function authenticate(
  connection: LinkConnection,
  identity: ClientIdentity,
  ports: AuthenticationPorts,
): Promise<ClientSession> {
  let credentials = await ports.credentials.obtain()
  let isRenewed = false
  let isRaised = false
  let isBusy = false
  for (;;) {
    const outcome = await runHandshake(connection, { identity, credentials }, ports)
    if (outcome.kind === 'connected') return outcome.session
    const { status, retryAfter, hints, keyType } = outcome
    if (status === 402 && !isRenewed) {
      isRenewed = true
      credentials = await ports.credentials.obtain(hints ?? {})
    } else if (status === 421 && keyType && ports.credentials.raiseDemand && !isRaised) {
      isRaised = true
      credentials = await ports.credentials.raiseDemand(keyType)
    } else if ((status === 503 || status === 429) && retryAfter !== undefined) {
      const seconds = Math.min(Math.max(retryAfter, 1), LONGEST_RETRY_SECONDS)
      // Once: a server whose BSF is away says it every second.
      if (!isBusy) ports.log.warn('server-busy', { status, retrySeconds: seconds })
      isBusy = true
      await pauseOn(connection, seconds * 1000, ports.clock)
    } else throw failureOf(outcome)
  }
}

type HandshakeResult =
  | { readonly kind: 'connected'; readonly session: ClientSession }
  | ClientFailed

async function runHandshake(
  connection: LinkConnection,
  client: { readonly identity: ClientIdentity; readonly credentials: Credentials },
  ports: AuthenticationPorts,
): Promise<HandshakeResult> {
  const prover = proverOf(client.credentials, ports.random)
  let state: ClientState = IDLE
  let event: ClientEvent = await startEvent(client, prover, ports)
  /** The life of a session counts from before the server could have begun it. */
  let countsFromMs = ports.clock.monotonicMs()
  for (;;) {
    const next = await advance(state, event, prover)
    state = next.state
    if (next.send !== undefined) {
      countsFromMs = ports.clock.monotonicMs()
      ports.seen('sent', next.send)
      connection.sendText(next.send)
    }
    if (next.outcome?.kind === 'failed') return next.outcome
    if (next.outcome?.kind === 'connected') {
      const { sessionId, sessionKey, sessionLifetimeSeconds } = next.outcome
      const endsAtMonotonicMs = countsFromMs + sessionLifetimeSeconds * 1000
      const lifetimeSeconds = sessionLifetimeSeconds
      return {
        kind: 'connected',
        session: { sessionId, sessionKey, endsAtMonotonicMs, lifetimeSeconds },
      }
    }
    event = { kind: 'message', octets: await nextText(connection) }
    ports.seen('received', event.octets)
  }
}

/** Statuses that say nothing about the EUKey: the whole exchange may be tried again. M-6 */
const TRANSIENT: ReadonlySet<number> = new Set([408, 409, 429, 500, 503])

function failureOf({ reason, status }: ClientFailed): Error {
  if (status !== undefined && TRANSIENT.has(status)) {
    return new TransportFailed(`the server could not finish the handshake (status ${status})`)
  }
  if (reason === 'timeout') return new TransportFailed('the server did not answer in time')
  return new ConnectRefused(
    `${SENTENCES[reason]}${status === undefined ? '' : ` (status ${status})`}`,
    status,
  )
}

const SENTENCES: Readonly<Record<Exclude<ClientFailed['reason'], 'timeout'>, string>> = {
  refused: 'the server refused the handshake',
  'algorithm-not-offered': 'the server chose an algorithm that was not offered',
  'server-hash-wrong': 'the server did not prove that it knows the EUKey (HASH)',
}

async function startEvent(
  { identity, credentials }: { identity: ClientIdentity; credentials: Credentials },
  prover: EuKeyProver,
  { random }: AuthenticationPorts,
): Promise<StartEvent> {
  const { keyType, btid } = credentials
  const algorithms = identity.algorithms.filter((name) => prover.algorithms.includes(name))
  if (algorithms.length === 0) {
    throw new ConfigurationInvalid('none of the algorithms to offer works with this EUKey')
  }
  return {
    kind: 'start',
    transactionId: freshTransactionId(random),
    randomClient: await prover.start(),
    ...identity,
    algorithms,
    keyType,
    ...(btid !== undefined && { btid }),
  }
}

/** Other signals are about the former attachment, which the handshake is going to replace. */
async function nextText(connection: LinkConnection): Promise<Uint8Array> {
  for (;;) {
    const signal = await connection.next(ANSWER_MS)
    if (signal === undefined) throw new TransportFailed('the server did not answer in time')
    if (signal.kind === 'closed') throw new TransportFailed('the connection ended')
    if (signal.kind === 'text' && attachmentErrorOf(signal.octets) === undefined) {
      return signal.octets
    }
  }
}

/** @throws {TransportFailed} If the connection ends meanwhile. */
async function pauseOn(connection: LinkConnection, pauseMs: number, clock: Clock): Promise<void> {
  const untilMs = clock.monotonicMs() + pauseMs
  for (let leftMs = pauseMs; leftMs > 0; leftMs = untilMs - clock.monotonicMs()) {
    const signal = await connection.next(leftMs)
    if (signal?.kind === 'closed') throw new TransportFailed('the connection ended')
  }
}
