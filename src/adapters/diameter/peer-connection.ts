/**
 * One connection to one peer on its socket: performs what `peer-machine.ts` decides, serves the requests of
 * the peer and waits for the answers to ours. RFC 6733 2.1, 5.6
 *
 * TCP, and TLS above it. SCTP (RFC 6733 2.1) is out of scope: Node has none.
 */
import type { Socket } from 'node:net'
import { decodeReadableAvps } from '../../diameter/base/avp-codec.ts'
import type { PeerDescription } from '../../diameter/base/capabilities.ts'
import { DiameterFailure } from '../../diameter/base/diameter-failure.ts'
import { writeFailureAnswer } from '../../diameter/base/failure-answer.ts'
import {
  type DiameterMessage,
  decodeHeader,
  decodeMessage,
  encodeMessage,
  HEADER_OCTETS,
} from '../../diameter/base/message.ts'
import { startInitiator, startResponder, step } from '../../diameter/base/peer-machine.ts'
import type {
  PeerContext,
  PeerEffect,
  PeerState,
  PeerStep,
} from '../../diameter/base/peer-state.ts'
import {
  createPendingRequests,
  type PendingRequests,
  type RequestOutcome,
} from '../../diameter/base/pending-requests.ts'
import type { RequestDesk } from '../../diameter/base/request-desk.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { MessageStream, type StreamLimits } from './message-stream.ts'

/** What one peer may take. */
export interface ConnectionLimits extends StreamLimits {
  /** Requests of the peer being served at one time; with more, its socket is not read. Default 256. */
  readonly maxServing: number
  /** Our requests that wait for the peer; with more, it is not usable. Default 4096. */
  readonly maxPending: number
}

/** The limits that are meant where none are given. */
export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  messageTimeoutMs: 10_000,
  maxServing: 256,
  maxPending: 4096,
  maxUnsentOctets: 1_048_576,
  unsentTimeoutMs: 10_000,
}

/** What a connection is given. */
export interface PeerConnectionInput {
  /** Connected, and with TLS secure. */
  readonly socket: Socket
  readonly side: 'initiator' | 'responder'
  readonly context: PeerContext
  /** Serves the requests of the peer. */
  readonly desk: RequestDesk
  readonly clock: Clock
  readonly limits: ConnectionLimits
  readonly log: Log
  /** Takes what only a fault of ours can be. */
  readonly report: (error: unknown) => void
}

/** One connection, from its socket to the end of it. */
export class PeerConnection {
  /** Resolves when capabilities are exchanged, or with `undefined` if they never will be. */
  readonly opened: Promise<PeerDescription | undefined>
  /** Resolves with the reason when the socket is gone; nothing is left then. */
  readonly closed: Promise<string>

  readonly #input: PeerConnectionInput
  readonly #stream: MessageStream
  readonly #pending: PendingRequests
  readonly #timer: Deadline
  #state: PeerState = { name: 'closed' }
  #peer: PeerDescription | undefined
  #isUsable = false
  #isDismissed = false
  #serving = 0
  #onIdle = (): void => {}
  #settleOpened: (peer: PeerDescription | undefined) => void = () => {}

  constructor(input: PeerConnectionInput) {
    const { side, context, clock } = input
    this.#input = input
    this.#pending = createPendingRequests(clock)
    this.#timer = createDeadline(clock, () => this.#feed({ kind: 'timer' }))
    this.opened = new Promise((resolve) => {
      this.#settleOpened = resolve
    })
    this.#stream = new MessageStream({
      ...input,
      onMessage: (frame) => this.#take(frame),
      onBroken: (octets, failure) => this.#refuseBroken(octets, failure),
    })
    this.closed = this.#stream.closed.then((reason) => {
      this.#leave()
      return reason
    })
    this.#enter(side === 'initiator' ? startInitiator(context) : startResponder(context))
  }

  /** Whether a request can be sent now. */
  get isUsable(): boolean {
    return (
      this.#isUsable && this.#pending.size < this.#input.limits.maxPending && !this.#stream.isUnread
    )
  }

  /** Whether the peer has gone and does not want to be called back at once. RFC 6733 5.4 */
  get isDismissed(): boolean {
    return this.#isDismissed
  }

  /**
   * Sends a request with a Hop-by-Hop Identifier of this connection. @param timeoutMs For its answer.
   *
   * @throws {RangeError} If it is over the length of a message.
   */
  request(message: DiameterMessage, timeoutMs: number): Promise<RequestOutcome> {
    if (!this.#isUsable) return Promise.resolve({ outcome: 'lost' })
    const { hopByHop } = this.#input.context.nextIds()
    const request = { ...message, hopByHop }
    const octets = encodeMessage(request)
    const outcome = this.#pending.add(request, timeoutMs)
    this.#stream.write(octets)
    return outcome
  }

  /** Serves what it is serving for up to `graceMs`, then leaves with DPR. Resolves as `closed`. */
  async stop(graceMs: number): Promise<string> {
    if (this.#serving > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
      const grace = createDeadline(this.#input.clock, () => this.#onIdle())
      grace.set(graceMs)
      await idle
      grace.clear()
    }
    this.#feed({ kind: 'stop' })
    return this.closed
  }

  #feed(event: Parameters<typeof step>[2]): void {
    this.#enter(step(this.#input.context, this.#state, event))
  }

  #enter({ state, effects }: PeerStep): void {
    this.#state = state
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: PeerEffect): void {
    switch (effect.kind) {
      case 'send':
        this.#stream.write(encodeMessage(effect.message))
        break
      case 'timer':
        this.#timer.set(effect.ms)
        break
      case 'opened':
        this.#peer = effect.peer
        this.#isUsable = true
        this.#settleOpened(effect.peer)
        break
      case 'usable':
        this.#isUsable = effect.usable
        // Of a peer that says goodbye the answers under way are waited for until it goes. RFC 6733 5.4
        if (!effect.usable && this.#state.name !== 'closing') this.#pending.loseAll()
        break
      case 'dismissed':
        this.#isDismissed = true
        break
      case 'request':
        this.#serve(effect.message)
        break
      case 'answer':
        this.#settle(effect.message)
        break
      case 'close':
        this.#leave()
        this.#stream.end(effect.reason)
    }
  }

  /** An answer to another request than that of its Hop-by-Hop Identifier is a fault of the peer, and dropped. */
  #settle(answer: DiameterMessage): void {
    if (this.#pending.settle(answer) !== 'mismatched') return
    const { commandCode, applicationId } = answer
    const peer = this.#peer?.originHost ?? ''
    this.#input.log.warn('diameter-answer-mismatched', { peer, commandCode, applicationId })
  }

  #take(frame: Uint8Array): void {
    let message: DiameterMessage
    try {
      message = decodeMessage(frame)
    } catch (error) {
      if (!(error instanceof DiameterFailure)) throw error
      // Before capabilities are exchanged nobody has a right to an answer.
      if (this.#state.name !== 'open' || frame.length < HEADER_OCTETS) throw error
      const avps = decodeReadableAvps(frame.subarray(HEADER_OCTETS))
      this.#refuse({ ...decodeHeader(frame), avps }, error)
      return
    }
    this.#feed({ kind: 'message', message })
  }

  /** A request of another version or of a length that cannot be: the last one of this connection. */
  #refuseBroken(octets: Uint8Array, failure: DiameterFailure): void {
    if (this.#state.name !== 'open' || octets.length < HEADER_OCTETS) return
    const header = decodeHeader(octets)
    if (header.request) this.#refuse({ ...header, avps: [] }, failure)
  }

  /**
   * A message that cannot be read: its header, and what AVPs of it can be read, are enough for an answer to
   * it. RFC 6733 6.2, 7.1.5
   */
  #refuse(message: DiameterMessage, failure: DiameterFailure): void {
    if (message.request) {
      this.#stream.write(
        encodeMessage(writeFailureAnswer(this.#input.context.node, message, failure)),
      )
    } else {
      this.#settle({ ...message, error: true })
    }
  }

  #serve(message: DiameterMessage): void {
    const { desk, report } = this.#input
    if (this.#peer === undefined) return
    this.#countServing(1)
    desk(message, { peer: this.#peer })
      .then((answer) => this.#stream.write(encodeMessage(answer)))
      .catch((error: unknown) => {
        report(error)
        const what = { reason: 'no answer can be written', field: 'request' }
        this.#refuse(message, new DiameterFailure('DIAMETER_UNABLE_TO_COMPLY', what))
      })
      .finally(() => {
        this.#countServing(-1)
        if (this.#serving === 0) this.#onIdle()
      })
  }

  /** Whoever asks more than we serve at one time is not read meanwhile. */
  #countServing(change: 1 | -1): void {
    this.#serving += change
    this.#stream.hold(this.#serving >= this.#input.limits.maxServing)
  }

  #leave(): void {
    this.#state = { name: 'closed' }
    this.#isUsable = false
    this.#timer.clear()
    this.#pending.loseAll()
    this.#settleOpened(undefined)
  }
}
