/** A client by hand: the handshake machine driven message by message over `POST /cpns`. */
import { type ClientOutcome, IDLE, type StartEvent, step } from '../../src/cpns/client-handshake.ts'
import { type CpnsMessage, decodeMessage } from '../../src/cpns/messages.ts'
import type { CpnsWorld } from './cpns-world.ts'
import { btidOf, GATEWAY_ID, keyOf } from './cpns-world.ts'

/** What was sent and what came back. */
export interface HandExchange {
  readonly connectRequest: Uint8Array
  readonly firstAnswer: CpnsMessage
  readonly authenticateResponse: Uint8Array | undefined
  readonly lastAnswer: Uint8Array
  readonly outcome: ClientOutcome | undefined
}

const START: StartEvent = {
  kind: 'start',
  transactionId: 't-1',
  randomClient: new Uint8Array(16).fill(9),
  entityId: GATEWAY_ID,
  role: 'pn-gw',
  btid: btidOf(1),
  keyType: 'ks-ext-naf',
  algorithms: ['HMAC-SHA-256'],
  euKey: keyOf(1),
}

/** Posts one message. @returns The answer's octets. */
export async function post(world: CpnsWorld, octets: Uint8Array, address = '192.0.2.1') {
  return (await world.server.answerPost(octets, address)).octets
}

/** First message and challenge only. */
export async function begin(world: CpnsWorld, change: Partial<StartEvent> = {}) {
  const started = step(IDLE, { ...START, ...change })
  const connectRequest = started.send as Uint8Array
  const answer = await post(world, connectRequest)
  return { connectRequest, answer, state: started.state }
}

/** A whole exchange, as far as the server lets it come. */
export async function connect(
  world: CpnsWorld,
  change: Partial<StartEvent> = {},
): Promise<HandExchange> {
  const { connectRequest, answer, state } = await begin(world, change)
  const proved = step(state, { kind: 'message', octets: answer })
  const firstAnswer = decodeMessage(answer)
  if (proved.send === undefined) {
    const { outcome } = proved
    return {
      connectRequest,
      firstAnswer,
      authenticateResponse: undefined,
      lastAnswer: answer,
      outcome,
    }
  }
  const lastAnswer = await post(world, proved.send)
  const { outcome } = step(proved.state, { kind: 'message', octets: lastAnswer })
  return { connectRequest, firstAnswer, authenticateResponse: proved.send, lastAnswer, outcome }
}

/** Status of a ConnectResponse or Error. */
export function statusOf(octets: Uint8Array): number | undefined {
  const message = decodeMessage(octets)
  return 'status' in message ? message.status : undefined
}
