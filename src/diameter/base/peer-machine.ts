/**
 * One connection to one peer, without its socket: capabilities exchange, watchdog, disconnection.
 * RFC 6733 5.6, RFC 3539 3.4
 *
 * `step` is a pure function: the shell performs the effects in their order and feeds messages and the one
 * timer back as events. There is no election, because a node of ours either connects to a peer or waits
 * for it, never both; several connections of one peer are served side by side.
 *
 * Deviation: no REOPEN state (RFC 3539 3.4.1): after a lost connection a peer is used as soon as it has
 * answered CER, not after three watchdogs; a connection that keeps failing costs a failover each time,
 * at most one in a back-off interval.
 */
import type { AvpRules } from './avp-rules.ts'
import { APPLICATION_BASE, type DisconnectCause } from './base-avps.ts'
import { CAPABILITIES_EXCHANGE, DEVICE_WATCHDOG, DISCONNECT_PEER } from './base-commands.ts'
import {
  describeCapabilities,
  isSameIdentity,
  type NodeDescription,
  negotiate,
  type PeerDescription,
} from './capabilities.ts'
import { type Command, readAnswer, readRequest, writeAnswer, writeRequest } from './command.ts'
import { DiameterFailure } from './diameter-failure.ts'
import { writeFailureAnswer } from './failure-answer.ts'
import type { DiameterMessage } from './message.ts'
import type { PeerContext, PeerEffect, PeerEvent, PeerState, PeerStep } from './peer-state.ts'
import { RESULT_CODE } from './result-code.ts'

/** The side that was connected to. RFC 6733 5.6, `R-Conn-CER` */
export function startResponder({ timings }: PeerContext): PeerStep {
  return { state: { name: 'awaiting-cer' }, effects: [wait(timings.capabilitiesMs)] }
}

/** The side that connected. RFC 6733 5.6, `I-Snd-CER` */
export function startInitiator(context: PeerContext): PeerStep {
  const ids = context.nextIds()
  const cer = writeRequest(CAPABILITIES_EXCHANGE, describeCapabilities(context.node), ids)
  return {
    state: { name: 'awaiting-cea', hopByHop: ids.hopByHop },
    effects: [send(cer), wait(context.timings.capabilitiesMs)],
  }
}

/** What an event does. RFC 6733 5.6 */
export function step(context: PeerContext, state: PeerState, event: PeerEvent): PeerStep {
  if (state.name === 'closed') return { state, effects: [] }
  if (event.kind === 'disconnected') return close('disconnected')
  if (event.kind === 'message') return stepMessage(context, state, event.message)
  if (state.name === 'open') {
    return event.kind === 'timer' ? watch(context, state) : leave(context, state.peer)
  }
  if (event.kind === 'timer') return close(`timeout ${state.name}`)
  return state.name === 'closing' ? { state, effects: [] } : close('stopped')
}

function stepMessage(
  context: PeerContext,
  state: Exclude<PeerState, { readonly name: 'closed' }>,
  message: DiameterMessage,
): PeerStep {
  if (state.name === 'awaiting-cer') return openByCer(context, message)
  if (state.name === 'awaiting-cea') return openByCea(context, state.hopByHop, message)
  if (state.name === 'open') return receive(context, state, message)
  return receiveLast(context, state, message)
}

type Open = Extract<PeerState, { readonly name: 'open' }>
type Closing = Extract<PeerState, { readonly name: 'closing' }>

function openByCer(context: PeerContext, message: DiameterMessage): PeerStep {
  if (!isRequest(message, CAPABILITIES_EXCHANGE)) return close('the first message is no CER')
  try {
    const peer = negotiate(context.node, readRequest(CAPABILITIES_EXCHANGE, message))
    assertAccepted(context, peer)
    return open(context, peer, [send(capabilitiesAnswer(context, message))])
  } catch (error) {
    const cea = writeFailureAnswer(context.node, message, failureOf(error))
    return close('CER refused', [send(cea)])
  }
}

/** An open connection may exchange capabilities anew, but not become another peer. RFC 6733 5.6 */
function renegotiate(context: PeerContext, state: Open, message: DiameterMessage): PeerStep {
  const next = openByCer(context, message)
  if (next.state.name !== 'open') return next
  if (!isSameIdentity(next.state.peer.originHost, state.peer.originHost)) {
    return close('another Origin-Host than before')
  }
  return next
}

function capabilitiesAnswer({ node }: PeerContext, request: DiameterMessage): DiameterMessage {
  const resultCode = RESULT_CODE.DIAMETER_SUCCESS
  const values = { resultCode, ...describeCapabilities(node) }
  return writeAnswer(CAPABILITIES_EXCHANGE, values, request)
}

function openByCea(context: PeerContext, hopByHop: number, message: DiameterMessage): PeerStep {
  if (!isAnswer(message, CAPABILITIES_EXCHANGE) || message.hopByHop !== hopByHop) {
    return close('the first message is no CEA')
  }
  try {
    const cea = readAnswer(CAPABILITIES_EXCHANGE, message)
    if (cea.resultCode !== RESULT_CODE.DIAMETER_SUCCESS) {
      return close(`CER refused with ${cea.resultCode}`)
    }
    const peer = negotiate(context.node, cea)
    assertAccepted(context, peer)
    return open(context, peer, [])
  } catch (error) {
    return close(`CEA: ${failureOf(error).message}`)
  }
}

function assertAccepted(context: PeerContext, peer: PeerDescription): void {
  if (context.accepts(peer)) return
  const what = { reason: 'unknown peer', field: 'Origin-Host' }
  throw new DiameterFailure('DIAMETER_UNKNOWN_PEER', what)
}

function open(
  { timings }: PeerContext,
  peer: PeerDescription,
  before: readonly PeerEffect[],
): PeerStep {
  const effects = [...before, { kind: 'opened', peer } as const, wait(timings.watchdogMs())]
  return { state: { name: 'open', peer, watchdog: 'quiet' }, effects }
}

/** Every message shows that the peer lives; what was asked stays asked. RFC 3539 3.4.1, `Receive` */
function receive(context: PeerContext, before: Open, message: DiameterMessage): PeerStep {
  const suspected = before.watchdog === 'suspect'
  const state: Open = suspected ? { ...before, watchdog: 'quiet' } : before
  const alive: PeerEffect[] = [wait(context.timings.watchdogMs())]
  if (suspected) alive.push({ kind: 'usable', usable: true })
  if (isAnswer(message, DEVICE_WATCHDOG)) {
    return { state: { ...state, watchdog: 'quiet' }, effects: alive }
  }
  if (!message.request) return { state, effects: [...alive, { kind: 'answer', message }] }
  if (message.applicationId !== APPLICATION_BASE) {
    return { state, effects: [...alive, { kind: 'request', message }] }
  }
  if (isRequest(message, CAPABILITIES_EXCHANGE)) return renegotiate(context, state, message)
  if (isRequest(message, DISCONNECT_PEER)) return leaveWith(context, state.peer, message)
  return { state, effects: [...alive, send(answerBase(context, message))] }
}

/** DWA, or why there is none. */
function answerBase({ node }: PeerContext, message: DiameterMessage): DiameterMessage {
  if (!isRequest(message, DEVICE_WATCHDOG)) {
    const what = { reason: 'unknown command', field: `command ${message.commandCode}` }
    const failure = new DiameterFailure('DIAMETER_COMMAND_UNSUPPORTED', what)
    return writeFailureAnswer(node, message, failure)
  }
  return answerTo(DEVICE_WATCHDOG, { node, message })
}

/** Success, or what is wrong with the request. */
function answerTo(
  command: Command<AvpRules, typeof DISCONNECT_PEER.answer>,
  { node, message }: { readonly node: NodeDescription; readonly message: DiameterMessage },
): DiameterMessage {
  const { originHost, originRealm } = node
  const resultCode = RESULT_CODE.DIAMETER_SUCCESS
  try {
    readRequest(command, message)
    return writeAnswer(command, { resultCode, originHost, originRealm }, message)
  } catch (error) {
    return writeFailureAnswer(node, message, failureOf(error))
  }
}

/** Tw has passed without a message. RFC 3539 3.4.1, `Timer expires` */
function watch(context: PeerContext, state: Open): PeerStep {
  const again = wait(context.timings.watchdogMs())
  if (state.watchdog === 'suspect') return close('no answer to the watchdog')
  if (state.watchdog === 'asked') {
    const effects: PeerEffect[] = [{ kind: 'usable', usable: false }, again]
    return { state: { ...state, watchdog: 'suspect' }, effects }
  }
  const { originHost, originRealm, originStateId } = context.node
  const values = { originHost, originRealm, originStateId }
  const dwr = writeRequest(DEVICE_WATCHDOG, values, context.nextIds())
  return { state: { ...state, watchdog: 'asked' }, effects: [send(dwr), again] }
}

/** DPR. RFC 6733 5.4.1 */
function leave(context: PeerContext, peer: PeerDescription): PeerStep {
  const { originHost, originRealm } = context.node
  const values = { originHost, originRealm, disconnectCause: 'REBOOTING' } as const
  const dpr = writeRequest(DISCONNECT_PEER, values, context.nextIds())
  return {
    state: { name: 'closing', peer },
    effects: [send(dpr), { kind: 'usable', usable: false }, wait(context.timings.closingMs)],
  }
}

/**
 * DPA; whoever sent DPR ends the connection. Only from a reboot a peer wants to be called back at once.
 * RFC 6733 5.4.2, 5.4.3
 */
function leaveWith(
  context: PeerContext,
  peer: PeerDescription,
  message: DiameterMessage,
): PeerStep {
  const dpa = answerTo(DISCONNECT_PEER, { node: context.node, message })
  const effects: PeerEffect[] = [send(dpa), { kind: 'usable', usable: false }]
  if (!dpa.error && causeOf(message) !== 'REBOOTING') effects.push({ kind: 'dismissed' })
  return {
    state: { name: 'closing', peer },
    effects: [...effects, wait(context.timings.closingMs)],
  }
}

function causeOf(dpr: DiameterMessage): DisconnectCause {
  return readRequest(DISCONNECT_PEER, dpr).disconnectCause
}

/** What still comes in while closing: answers under way, and the end of it. RFC 6733 5.6, `Closing` */
function receiveLast(context: PeerContext, state: Closing, message: DiameterMessage): PeerStep {
  if (isAnswer(message, DISCONNECT_PEER)) return close('disconnected by us')
  if (!message.request) return { state, effects: [{ kind: 'answer', message }] }
  if (isRequest(message, DISCONNECT_PEER)) {
    const dpa = answerTo(DISCONNECT_PEER, { node: context.node, message })
    return { state, effects: [send(dpa)] }
  }
  return { state, effects: [] }
}

function close(reason: string, before: readonly PeerEffect[] = []): PeerStep {
  return { state: { name: 'closed' }, effects: [...before, { kind: 'close', reason }] }
}

function send(message: DiameterMessage): PeerEffect {
  return { kind: 'send', message }
}

function wait(ms: number): PeerEffect {
  return { kind: 'timer', ms }
}

function isRequest(message: DiameterMessage, { code }: { readonly code: number }): boolean {
  return message.request && isOf(message, code)
}

function isAnswer(message: DiameterMessage, { code }: { readonly code: number }): boolean {
  return !message.request && isOf(message, code)
}

function isOf({ commandCode, applicationId }: DiameterMessage, code: number): boolean {
  return applicationId === APPLICATION_BASE && commandCode === code
}

function failureOf(error: unknown): DiameterFailure {
  if (error instanceof DiameterFailure) return error
  throw error
}
