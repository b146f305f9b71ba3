/**
 * The one place where handshake messages meet the server, whatever carried them: `POST /cpns`, a text
 * frame, a relay record. Design 7
 */
import { messageEvent } from '../cpns/message-trace.ts'
import { type CpnsMessage, decodeMessage } from '../cpns/messages.ts'
import { CpnsError, InvalidMessage } from '../errors/errors.ts'
import { errorMessage } from './answers.ts'
import type { Arrival } from './arrival.ts'
import { answerAuthenticateResponse, type ConnectOutcome } from './authenticate-response.ts'
import { answerConnectRequest } from './connect-request.ts'
import type { EuKeyFinder } from './eukeys.ts'
import type { ServerContext } from './options.ts'

/** An answer, with what the carrier needs to know of it. */
export interface HandshakeAnswer extends ConnectOutcome {
  /** Set if the request could not be read at all: HTTP carries it as its own status too. */
  readonly unreadable?: true
  /** Of the exchange, if the request could be read. */
  readonly transactionId: string
}

/** Answers every message with exactly one message; never throws for what a peer sent. */
export interface HandshakeEndpoint {
  answer(octets: Uint8Array, arrival: Arrival): Promise<HandshakeAnswer>
}

/** @param server.euKeys Shared with nobody else, because it holds the limits on look-ups. */
export function createHandshakeEndpoint(
  server: ServerContext & { readonly euKeys: EuKeyFinder },
): HandshakeEndpoint {
  const { options, ports } = server

  const refuse = (
    status: 400 | 500 | 503,
    detail: string,
    transactionId = '',
  ): HandshakeAnswer => ({
    octets: errorMessage({
      ...(transactionId !== '' && { transactionId }),
      serverEntityId: options.entityId,
      status,
      detail,
    }),
    transactionId,
  })

  const dispatch = async (
    octets: Uint8Array,
    message: CpnsMessage,
    arrival: Arrival,
  ): Promise<HandshakeAnswer> => {
    const transactionId = message.transactionId ?? ''
    switch (message.name) {
      case 'ConnectRequest':
        return {
          octets: await answerConnectRequest({ octets, message }, arrival, server),
          transactionId,
        }
      case 'AuthenticateResponse':
        return {
          ...(await answerAuthenticateResponse({ octets, message }, arrival, server)),
          transactionId,
        }
      default:
        return refuse(400, `${message.name}: not expected here`, transactionId)
    }
  }

  const failure = (error: unknown): HandshakeAnswer => {
    if (error instanceof InvalidMessage) return { ...refuse(400, error.message), unreadable: true }
    const isForeseen = error instanceof CpnsError
    ports.log.error('handshake-failed', {
      code: isForeseen ? error.code : 'internal',
      reason: error instanceof Error ? error.message : 'unknown',
    })
    return isForeseen ? refuse(503, 'the server cannot answer now') : refuse(500, 'internal error')
  }

  /** Handshakes through a relay are traced by their PN GW's records on CPNS-2, and here inside them. */
  const trace = (side: 'sent' | 'received', message: CpnsMessage, peer: string): void => {
    const [from, to] = side === 'sent' ? [options.entityId, peer] : [peer, options.entityId]
    const at = { point: 'CPNS-2', side, from, to, atMs: ports.clock.nowMs() } as const
    ports.trace(messageEvent(message, at))
  }

  return {
    async answer(octets, arrival) {
      let peer = 'unknown'
      let answer: HandshakeAnswer
      try {
        const message = decodeMessage(octets)
        peer = message.entityId
        trace('received', message, peer)
        answer = await dispatch(octets, message, arrival)
      } catch (error) {
        answer = failure(error)
      }
      trace('sent', decodeMessage(answer.octets), peer)
      return answer
    },
  }
}
