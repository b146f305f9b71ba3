/**
 * The one place where handshake messages meet the server, whatever carried them: `POST /cpns`, a text
 * frame, a relay record. Design 7
 */
import { messageEvent } from '../cpns/message-trace.ts'
import { type CpnsMessage, decodeMessage, transactionIdOf } from '../cpns/messages.ts'
import { CpnsError, InvalidMessage } from '../errors/errors.ts'
import { noTrace } from '../trace/trace.ts'
import { encodeError } from './answers.ts'
import type { Arrival } from './arrival.ts'
import { answerAssignmentRequest } from './assignment-request.ts'
import { answerAuthenticateResponse, type ConnectOutcome } from './authenticate-response.ts'
import { answerConnectRequest } from './connect-request.ts'
import type { EuKeyFinder } from './eukeys.ts'
import type { ServerContext } from './options.ts'
import type { VerifierFinder } from './users.ts'

/** An answer, with what the carrier needs to know of it. */
export interface HandshakeAnswer extends ConnectOutcome {
  /** Set if the request could not be read at all: HTTP carries it as its own status too. */
  readonly unreadable?: true
  /** Set if the request was an Error: where no answer has to be, none is sent, so that none can loop. */
  readonly isToError?: true
  /** Of the exchange, if the request could be read. */
  readonly transactionId?: string
}

/** Answers every message with exactly one message; never throws for what a peer sent. */
export interface HandshakeEndpoint {
  answer(octets: Uint8Array, arrival: Arrival): Promise<HandshakeAnswer>
}

type Server = ServerContext & {
  readonly euKeys: EuKeyFinder
  readonly verifiers: VerifierFinder
}

/** @param server.euKeys Shared with nobody else, because it holds the limits on look-ups. */
export function createHandshakeEndpoint(server: Server): HandshakeEndpoint {
  const { options, ports } = server

  /** Both ends of a relayed handshake are traced here; its PN GW traces the relay records. */
  const trace = (
    side: 'sent' | 'received',
    { message, octets }: { readonly message: CpnsMessage; readonly octets: Uint8Array },
    peer: string,
  ): void => {
    if (ports.trace === noTrace) return
    const [from, to] = side === 'sent' ? [options.entityId, peer] : [peer, options.entityId]
    const seen = { point: 'CPNS-2', side, from, to, atMs: ports.clock.nowMs() } as const
    ports.trace(messageEvent(message, seen, octets))
  }

  const answerReadable = async (
    octets: Uint8Array,
    message: CpnsMessage,
    arrival: Arrival,
  ): Promise<HandshakeAnswer> => {
    const { transactionId } = message
    const exchange = transactionId === undefined ? {} : { transactionId }
    trace('received', { message, octets }, message.entityId)
    try {
      const answer = await dispatch(octets, message, { arrival, server })
      return transactionId === undefined ? answer : { ...answer, transactionId }
    } catch (error) {
      return { ...exchange, octets: failureAnswer(error, exchange, server) }
    }
  }

  return {
    async answer(octets, arrival) {
      const message = readMessage(octets)
      const isReadable = !(message instanceof InvalidMessage)
      const answer: HandshakeAnswer = isReadable
        ? await answerReadable(octets, message, arrival)
        : { octets: failureAnswer(message, exchangeOf(octets), server), unreadable: true }
      // Decoding the answer is a fifth of the work; it is done only for who looks.
      if (ports.trace !== noTrace) {
        const sent = { message: decodeMessage(answer.octets), octets: answer.octets }
        trace('sent', sent, isReadable ? message.entityId : 'unknown')
      }
      return answer
    },
  }
}

function readMessage(octets: Uint8Array): CpnsMessage | InvalidMessage {
  try {
    return decodeMessage(octets)
  } catch (error) {
    if (error instanceof InvalidMessage) return error
    throw error
  }
}

/** Read a second time, but only what is refused anyway. */
function exchangeOf(octets: Uint8Array): { readonly transactionId?: string } {
  const transactionId = transactionIdOf(octets)
  return transactionId === undefined ? {} : { transactionId }
}

async function dispatch(
  octets: Uint8Array,
  message: CpnsMessage,
  { arrival, server }: { arrival: Arrival; server: Server },
): Promise<HandshakeAnswer> {
  if (message.name === 'ConnectRequest') {
    return { octets: await answerConnectRequest({ octets, message }, arrival, server) }
  }
  if (message.name === 'AuthenticateResponse') {
    return await answerAuthenticateResponse({ octets, message }, arrival, server)
  }
  if (message.name === 'EUKeyAssignmentRequest') {
    return { octets: await answerAssignmentRequest({ octets, message }, arrival, server) }
  }
  const refusal = encodeError({
    ...(message.transactionId !== undefined && { transactionId: message.transactionId }),
    serverEntityId: server.options.entityId,
    status: 400,
    detail: `${message.name}: not expected here`,
  })
  return { octets: refusal, ...(message.name === 'Error' && { isToError: true }) }
}

function failureAnswer(
  error: unknown,
  exchange: { readonly transactionId?: string },
  { options, ports }: Server,
): Uint8Array {
  const to = { ...exchange, serverEntityId: options.entityId }
  if (error instanceof InvalidMessage) {
    return encodeError({ ...to, status: 400, detail: error.message })
  }
  const isForeseen = error instanceof CpnsError
  ports.log.error('handshake-failed', {
    point: 'CPNS-2',
    ...exchange,
    code: isForeseen ? error.code : 'internal',
    reason: error instanceof Error ? error.message : 'unknown',
  })
  return isForeseen
    ? encodeError({ ...to, status: 503, detail: 'the server cannot answer now' })
    : encodeError({ ...to, status: 500, detail: 'internal error' })
}
