/** The server's end of a link, by hand: for tests of the client's end. */
import { Secret } from '../crypto/secret.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { decodeAttachRequest, deriveAttachmentKeys, encodeAttachAnswer } from './attachment.ts'
import { encodeExchangeState } from './exchange-state.ts'
import {
  type AuthenticateResponse,
  type ConnectRequest,
  type ConnectResponse,
  decodeMessage,
  encodeMessage,
} from './messages.ts'
import { createRecordChannel, type OpenedRecord, type RecordChannel } from './record.ts'
import { encodePing } from './record-content.ts'
import {
  authenticateRequestOf,
  judgeAuthenticateResponse,
  openExchange,
} from './server-handshake.ts'
import type { Status } from './status.ts'

export const HAND_SERVER_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-0000000000aa')
export const HAND_EUKEY = Secret.of(new Uint8Array(32).fill(3))

/** A session as both ends hold it. */
export interface HandSession {
  readonly sessionId: string
  readonly sessionKey: Secret
}

/** A session that nobody authenticated. */
export function handSession(octet = 5): HandSession {
  return {
    sessionId: octet.toString(16).padStart(2, '0').repeat(16),
    sessionKey: Secret.of(new Uint8Array(32).fill(octet)),
  }
}

/** One socket at the server. */
export class HandServer {
  readonly socket: FrameSocket

  constructor(socket: FrameSocket) {
    this.socket = socket
  }

  /** The next frame of one kind; the other kind is passed over. */
  async next(kind: 'text' | 'binary'): Promise<Uint8Array> {
    const { socket } = this
    for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
      if (frame.kind === kind) return frame.octets
    }
    throw new Error('the client closed the connection')
  }

  async send(kind: 'text' | 'binary', octets: Uint8Array): Promise<void> {
    await this.socket.send({ kind, octets })
  }

  /** An Error about records. */
  async sendError(status: Exclude<Status, 200>): Promise<void> {
    const error = { name: 'Error', entityId: HAND_SERVER_ID, status, detail: '?' } as const
    await this.send('text', encodeMessage(error))
  }

  /** Takes a ConnectRequest. */
  async nextConnectRequest(): Promise<{ octets: Uint8Array; message: ConnectRequest }> {
    const octets = await this.next('text')
    const message = decodeMessage(octets)
    if (message.name !== 'ConnectRequest') throw new Error(`${message.name} came`)
    return { octets, message }
  }

  /** Takes a ConnectRequest and refuses it. */
  async refuse(
    status: Exclude<Status, 200>,
    hints: Partial<Omit<ConnectResponse, 'name' | 'status' | 'hash'>> = {},
  ): Promise<void> {
    const { message } = await this.nextConnectRequest()
    const { transactionId } = message
    const head = { name: 'ConnectResponse', transactionId, entityId: HAND_SERVER_ID } as const
    await this.send('text', encodeMessage({ ...head, ...hints, status }))
  }

  /** A whole handshake. @param change What a dishonest or slow server would do with the last answer. */
  async authenticate(
    sessionLifetime = 60,
    change: (octets: Uint8Array) => Uint8Array | Promise<Uint8Array> = (octets) => octets,
  ): Promise<HandSession> {
    const { octets, message } = await this.nextConnectRequest()
    const state = openExchange(octets, message, {
      euKeyId: 'k',
      keyType: 'assigned',
      algorithm: 'HMAC-SHA-256',
      randomServer: new Uint8Array(16).fill(4),
      sessionLifetime,
      nowMs: 0,
    })
    const sealedState = encodeExchangeState(state)
    await this.send('text', authenticateRequestOf(state, sealedState, HAND_SERVER_ID))
    const response = await this.next('text')
    const verdict = judgeAuthenticateResponse({
      octets: response,
      message: decodeMessage(response) as AuthenticateResponse,
      state,
      sealedState,
      serverEntityId: HAND_SERVER_ID,
      euKey: HAND_EUKEY,
    })
    if (verdict.outcome !== 'verified') throw new Error('the client does not know the EUKey')
    await this.send('text', await change(verdict.connectResponse))
    return verdict
  }

  /** Answers an attach request. @returns The channel, before its first record. */
  async answerAttach({ sessionId, sessionKey }: HandSession, nonce = 6): Promise<RecordChannel> {
    const { clientNonce } = decodeAttachRequest(await this.next('binary'))
    const serverNonce = new Uint8Array(16).fill(nonce)
    await this.send('binary', encodeAttachAnswer({ sessionId, serverNonce }))
    const keys = deriveAttachmentKeys(sessionKey, { clientNonce, serverNonce })
    return createRecordChannel({ side: 'server', sessionId, keys })
  }

  /** The next record of a channel. */
  async nextRecord(channel: RecordChannel): Promise<Extract<OpenedRecord, { outcome: 'record' }>> {
    const opened = channel.open(await this.next('binary'))
    if (opened.outcome !== 'record') throw new Error(`record refused: ${opened.reason}`)
    return opened
  }

  /** Answers attach request and first ping. */
  async attach(session: HandSession, nonce = 6): Promise<RecordChannel> {
    const channel = await this.answerAttach(session, nonce)
    await this.nextRecord(channel)
    await this.send('binary', channel.seal('ping', encodePing('answer')))
    return channel
  }
}
