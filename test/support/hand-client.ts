/** A client by hand: handshake, attachment and records driven message by message, honest or not. */
import {
  decodeAttachAnswer,
  deriveAttachmentKeys,
  encodeAttachRequest,
} from '../../src/cpns/attachment.ts'
import {
  type ClientConnected,
  type ClientOutcome,
  type ClientState,
  type ClientStep,
  IDLE,
  type StartEvent,
  step,
} from '../../src/cpns/client-handshake.ts'
import { advance } from '../../src/cpns/client-handshake-advance.ts'
import { createSoftwareProver, type EuKeyProver } from '../../src/cpns/eukey-prover.ts'
import { type CpnsMessage, decodeMessage, type ErrorMessage } from '../../src/cpns/messages.ts'
import { createRecordChannel, type RecordChannel } from '../../src/cpns/record.ts'
import { encodePing } from '../../src/cpns/record-content.ts'
import type { Secret } from '../../src/crypto/secret.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import { type CpnsWorld, GATEWAY_ID, gbaCredentials } from './cpns-world.ts'
import { createSeededRandom } from './seeded-random.ts'

/** What was sent and what came back. */
export interface HandExchange {
  readonly connectRequest: Uint8Array
  readonly firstAnswer: CpnsMessage
  readonly authenticateResponse: Uint8Array | undefined
  readonly lastAnswer: Uint8Array
  readonly outcome: ClientOutcome | undefined
}

/** How a client starts, and its EUKey. */
export interface HandStart extends StartEvent {
  readonly euKey: Secret
}

/** An exchange that waits for what the client makes of the challenge. */
export interface BegunExchange {
  readonly connectRequest: Uint8Array
  readonly answer: Uint8Array
  readonly state: ClientState
  readonly prover: EuKeyProver
}

/** What an honest PN GW starts with. */
export const START: HandStart = {
  kind: 'start',
  transactionId: 't-1',
  randomClient: new Uint8Array(16).fill(9),
  entityId: GATEWAY_ID,
  role: 'pn-gw',
  algorithms: ['HMAC-SHA-256'],
  ...gbaCredentials(1),
}

/** Takes one message to the server and gives its answer. */
export type Ask = (octets: Uint8Array) => Promise<Uint8Array>

/** Posts one message. @returns The answer's octets. */
export async function post(
  world: CpnsWorld,
  octets: Uint8Array,
  address = '192.0.2.1',
): Promise<Uint8Array> {
  return (await world.server.answerPost(octets, address)).octets
}

/** Asks over a WebSocket. */
export function asking(socket: FrameSocket): Ask {
  return async (octets) => {
    await socket.send({ kind: 'text', octets })
    return await nextFrame(socket, 'text')
  }
}

/** First message and challenge only. */
export async function begin(
  world: CpnsWorld,
  change: Partial<HandStart> = {},
  ask: Ask = (octets) => post(world, octets),
): Promise<BegunExchange> {
  const { euKey, ...start } = { ...START, ...change }
  const started = step(IDLE, start)
  const connectRequest = started.send as Uint8Array
  const answer = await ask(connectRequest)
  const prover = createSoftwareProver(euKey, createSeededRandom('hand client'))
  return { connectRequest, answer, state: started.state, prover }
}

/** What the client makes of the challenge. */
export function answerChallenge({ answer, state, prover }: BegunExchange): Promise<ClientStep> {
  return advance(state, { kind: 'message', octets: answer }, prover)
}

/** A whole exchange, as far as the server lets it come. */
export async function connect(
  world: CpnsWorld,
  change: Partial<HandStart> = {},
  ask: Ask = (octets) => post(world, octets),
): Promise<HandExchange> {
  const begun = await begin(world, change, ask)
  const { connectRequest, answer, prover } = begun
  const proved = await answerChallenge(begun)
  const firstAnswer = decodeMessage(answer)
  const authenticateResponse = proved.send
  if (authenticateResponse === undefined) {
    const { outcome } = proved
    return { connectRequest, firstAnswer, authenticateResponse, lastAnswer: answer, outcome }
  }
  const lastAnswer = await ask(authenticateResponse)
  const { outcome } = await advance(proved.state, { kind: 'message', octets: lastAnswer }, prover)
  return { connectRequest, firstAnswer, authenticateResponse, lastAnswer, outcome }
}

/** A session, or the test fails. */
export async function connected(
  world: CpnsWorld,
  change: Partial<HandStart> = {},
): Promise<ClientConnected> {
  const { outcome } = await connect(world, change)
  if (outcome?.kind !== 'connected') throw new Error('the handshake by hand came to no session')
  return outcome
}

/** Asks to attach. @returns The answer's octets: an attach answer, or an Error. */
export async function askToAttach(
  socket: FrameSocket,
  sessionId: string,
  nonce = 7,
): Promise<Uint8Array> {
  const clientNonce = new Uint8Array(16).fill(nonce)
  await socket.send({ kind: 'binary', octets: encodeAttachRequest({ sessionId, clientNonce }) })
  return (await socket.receive())?.octets ?? new Uint8Array(0)
}

/** Keys of an attachment up to its first record, which is not sent. */
export async function prepareAttachment(
  socket: FrameSocket,
  { sessionId, sessionKey }: Pick<ClientConnected, 'sessionId' | 'sessionKey'>,
  nonce = 7,
): Promise<RecordChannel> {
  const answer = decodeAttachAnswer(await askToAttach(socket, sessionId, nonce))
  const clientNonce = new Uint8Array(16).fill(nonce)
  const { serverNonce } = answer
  const keys = deriveAttachmentKeys(sessionKey, { clientNonce, serverNonce })
  return createRecordChannel({ side: 'client', sessionId, keys })
}

/** Attaches with a ping as first record. @returns Once the server has answered it. */
export async function attachByHand(
  socket: FrameSocket,
  session: Pick<ClientConnected, 'sessionId' | 'sessionKey'>,
  nonce = 7,
): Promise<RecordChannel> {
  const channel = await prepareAttachment(socket, session, nonce)
  await sendRecord(socket, channel.seal('ping', encodePing('request')))
  const opened = channel.open(await nextFrame(socket, 'binary'))
  if (opened.outcome !== 'record') throw new Error(`the pong was refused: ${opened.reason}`)
  return channel
}

/** Sends octets as a binary frame. */
export function sendRecord(socket: FrameSocket, octets: Uint8Array): Promise<void> {
  return socket.send({ kind: 'binary', octets })
}

/** The next frame of one kind; others are passed over. */
export async function nextFrame(socket: FrameSocket, kind: 'text' | 'binary'): Promise<Uint8Array> {
  for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
    if (frame.kind === kind) return frame.octets
  }
  throw new Error('the connection ended')
}

/** The next text frame, which has to be an Error. */
export async function nextError(socket: FrameSocket): Promise<ErrorMessage> {
  const message = decodeMessage(await nextFrame(socket, 'text'))
  if (message.name !== 'Error') throw new Error(`${message.name} came, not an Error`)
  return message
}

/** A message with one octet of white space changed: it means the same, and is another. M-1 */
export function respaced(octets: Uint8Array): Uint8Array {
  const changed = octets.slice()
  changed[octets.indexOf(0x20)] = 0x0a
  return changed
}

/** Status of a ConnectResponse or Error. */
export function statusOf(octets: Uint8Array): number | undefined {
  const message = decodeMessage(octets)
  return 'status' in message ? message.status : undefined
}
