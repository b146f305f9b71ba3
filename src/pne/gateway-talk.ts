/** What a PNE without EUKey says to its PN GW: it is paired, waits for a trigger, asks by relay. M-5, M-7 */
import {
  type CpnsMessage,
  decodeMessage,
  encodeMessage,
  type UserInfoRegistration,
} from '../cpns/messages.ts'
import { freshTransactionId } from '../cpns/transaction-id.ts'
import { AuthenticationFailed, InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import type { Random } from '../ports/random.ts'
import { type AcceptedTrigger, checkTrigger, type TriggerNames } from './check-trigger.ts'
import type { OwnerStore, PneOwner } from './owner-store.ts'

/** What the talk needs. */
export interface GatewayTalkPorts {
  readonly clock: Clock
  readonly random: Random
  /** Told of every message that is sent and received. */
  readonly seen?: (side: 'sent' | 'received', message: CpnsMessage) => void
}

const ANSWER_MS = 30_000

/**
 * Shows the code of a pairing, and gets the owner.
 *
 * @param socket To the PN GW, over TLS under its pinned key: it carries the TriggerKey.
 * @throws {AuthenticationFailed} If the PN GW refuses.
 * @throws {TransportFailed} If it does not answer.
 */
export async function registerOwner(
  socket: FrameSocket,
  { code, ...names }: TriggerNames & { readonly code: string },
  ports: GatewayTalkPorts,
): Promise<PneOwner> {
  const registration = registrationOf(names, ports.random)
  await say(socket, { ...registration, code }, ports)
  const answer = decodeMessage(await answerTo(registration.transactionId, socket, ports))
  ports.seen?.('received', answer)
  if (answer.name === 'UserInfoInstallation' && answer.pne === names.entityId) {
    const { userId, triggerKey } = answer
    return { userId, triggerKey }
  }
  if (answer.name === 'Error') {
    throw new AuthenticationFailed(`the PN GW did not pair: ${answer.detail} (${answer.status})`)
  }
  throw new InvalidMessage('not the answer to a UserInfoRegistration', answer.name)
}

/**
 * Says that the PNE waits, and reads until a trigger comes that holds.
 *
 * @returns `undefined` if the PN GW ends the connection before; connect and wait again.
 */
export async function waitForTrigger(
  socket: FrameSocket,
  names: TriggerNames,
  ports: GatewayTalkPorts & { readonly store: OwnerStore },
): Promise<AcceptedTrigger | undefined> {
  await say(socket, registrationOf(names, ports.random), ports)
  for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
    const message = frame.kind === 'text' ? decodeMessage(frame.octets) : undefined
    if (message !== undefined) ports.seen?.('received', message)
    if (message?.name === 'Error') {
      throw new AuthenticationFailed(`the PN GW refused: ${message.detail} (${message.status})`)
    }
    if (message?.name !== 'EUKeyAssignmentTrigger') continue
    const verdict = await checkTrigger(message, names, ports.store)
    if (verdict.outcome === 'accepted') return verdict
    const { status, detail } = verdict
    const { transactionId } = message
    const { entityId } = names
    await say(socket, { name: 'Error', transactionId, entityId, status, detail }, ports)
  }
  return undefined
}

/**
 * A way to the server through the PN GW, for an assignment: the server's policy must trust PN GWs. M-7
 *
 * @returns Takes one message there and brings its answer. @throws {TransportFailed} If none comes.
 */
export function relayedExchange(
  socket: FrameSocket,
  ports: Pick<GatewayTalkPorts, 'clock'>,
): (octets: Uint8Array) => Promise<Uint8Array> {
  return async (octets) => {
    const { transactionId = '' } = decodeMessage(octets)
    await socket.send({ kind: 'text', octets })
    return await answerTo(transactionId, socket, ports)
  }
}

function registrationOf({ entityId }: TriggerNames, random: Random): UserInfoRegistration {
  const transactionId = freshTransactionId(random)
  return { name: 'UserInfoRegistration', transactionId, entityId, pne: entityId }
}

async function say(
  socket: FrameSocket,
  message: CpnsMessage,
  { seen }: GatewayTalkPorts,
): Promise<void> {
  const sent = socket.send({ kind: 'text', octets: encodeMessage(message) })
  seen?.('sent', message)
  await sent
}

/** The next message of this exchange; others are passed over. */
async function answerTo(
  transactionId: string,
  socket: FrameSocket,
  { clock }: Pick<GatewayTalkPorts, 'clock'>,
): Promise<Uint8Array> {
  let isLate = false
  const timer = clock.setTimer(ANSWER_MS, () => {
    isLate = true
    socket.close('no answer')
  })
  try {
    for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
      if (frame.kind === 'text' && isOf(transactionId, decodeMessage(frame.octets))) {
        return frame.octets
      }
    }
    throw new TransportFailed(isLate ? 'no answer came in time' : 'the connection ended')
  } finally {
    timer.cancel()
  }
}

/** An Error may lack the TransactionID: its sender could not read it. */
function isOf(transactionId: string, message: CpnsMessage): boolean {
  if (message.name === 'Error' && message.transactionId === undefined) return true
  return message.transactionId === transactionId
}
