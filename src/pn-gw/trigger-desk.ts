/**
 * How a PN GW brings a PNE of its user to an EUKey: it pairs the PNE, and triggers it. M-7. Both on the
 * user's command; TriggerKeys come from the server each time and are not kept.
 * Chosen where the design is silent: a trigger waits half a minute for its PNE, and a minute for what becomes
 * of it.
 */
import type {
  CpnsMessage,
  ErrorMessage,
  EuKeyAssignmentRequest,
  UserInfoRegistration,
} from '../cpns/messages.ts'
import type { Status } from '../cpns/status.ts'
import { freshTransactionId } from '../cpns/transaction-id.ts'
import {
  sealTriggerPassword,
  TRIGGER_IV_LENGTH,
  TRIGGER_NONCE_LENGTH,
  triggerProof,
} from '../cpns/trigger.ts'
import type { Secret } from '../crypto/secret.ts'
import { CpnsError } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { equalOctets } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { PneLine } from './pne-line.ts'
import {
  type DeskOutcome,
  NOBODY_CAME,
  type OpenPairing,
  type PairingWish,
  PnePairings,
} from './pne-pairings.ts'
import { ServerQuestions } from './server-questions.ts'

/** A PNE that is to ask for an EUKey. */
export interface TriggerWish extends PairingWish {
  /** For a PNE that cannot ask its user. As `parsePassword` gives it. */
  readonly password?: Secret
}

/** What the desk needs of the PN GW. */
export interface TriggerDeskParts {
  readonly entityId: EntityId
  readonly clock: Clock
  readonly random: Random
  /** Sends a control record. @throws {CpnsError} If there is no session now. */
  readonly askServer: (message: UserInfoRegistration) => Promise<void>
  /** Sends a message to a PNE. */
  readonly tell: (line: PneLine, message: CpnsMessage) => void
}

/** A trigger that was sent. */
interface Triggered {
  readonly pne: EntityId
  readonly nonce: Uint8Array
  /** Of the PNE's EUKeyAssignmentRequest, once that has come by. */
  exchange?: string
  readonly end: (outcome: DeskOutcome) => void
}

const WAIT_FOR_PNE_MS = 30_000
const TRIGGER_MS = 60_000

/** One for each PN GW. */
export class TriggerDesk {
  readonly #parts: TriggerDeskParts
  readonly #questions: ServerQuestions
  readonly #pairings: PnePairings
  readonly #triggered = new Map<string, Triggered>()
  /** PNEs that said they wait for a trigger. */
  readonly #waiting = new Map<EntityId, PneLine>()
  readonly #arrivals = new Set<() => void>()

  constructor(parts: TriggerDeskParts) {
    this.#parts = parts
    this.#questions = new ServerQuestions(parts)
    this.#pairings = new PnePairings(parts)
  }

  /** Opens a pairing, in place of a former one of the same PNE. */
  pair(wish: PairingWish): OpenPairing {
    return this.#pairings.open(wish)
  }

  /** A UserInfoRegistration of a PNE: it is to be paired, or waits for a trigger. */
  takeRegistration(line: PneLine, message: UserInfoRegistration): void {
    if (message.code === undefined) this.#noteWaiting(line, message.pne)
    else void this.#install(line, message, message.code)
  }

  /** A control record that is an answer to a question. */
  takeAnswer(message: CpnsMessage): void {
    this.#questions.takeAnswer(message)
  }

  /** An Error of a PNE: it refused a trigger. */
  noteError({ transactionId = '', entityId, status, detail }: ErrorMessage): void {
    const triggered = this.#triggered.get(transactionId)
    if (triggered?.pne === entityId) triggered.end({ status, detail: `the PNE: ${detail}` })
  }

  /** A PNE asks for an EUKey through this PN GW. */
  noteRequest({ nonce, entityId, transactionId }: EuKeyAssignmentRequest): void {
    for (const triggered of this.#triggered.values()) {
      const isIts = nonce !== undefined && equalOctets(nonce, triggered.nonce)
      if (isIts && triggered.pne === entityId) triggered.exchange = transactionId
    }
  }

  /** What the server answers to a PNE. */
  noteDelivered(message: CpnsMessage): void {
    if (message.name !== 'EUKeyAssignmentResponse') return
    for (const triggered of this.#triggered.values()) {
      if (triggered.exchange !== message.transactionId) continue
      const { status } = message
      triggered.end({ status, detail: status === 200 ? 'the PNE has its EUKey' : SERVER_REFUSED })
    }
  }

  /**
   * Makes a PNE ask for an EUKey.
   *
   * @throws {CpnsError} If the server cannot be asked.
   */
  async trigger(wish: TriggerWish): Promise<DeskOutcome> {
    const { pne, userId } = wish
    const line = await this.#whenWaiting(pne)
    if (line === undefined) return NOBODY_CAME
    const transactionId = freshTransactionId(this.#parts.random)
    const answer = await this.#questions.ask(this.#registrationOf({ pne, userId }, transactionId))
    if (answer.name === 'Error') return { status: answer.status, detail: answer.detail }
    if (line.isClosed) return NOBODY_CAME
    this.#waiting.delete(pne)
    return await this.#sendTrigger(line, wish, { transactionId, triggerKey: answer.triggerKey })
  }

  /** Ends all that is open. */
  stop(): void {
    this.#pairings.endAll(STOPPED)
    for (const triggered of Array.from(this.#triggered.values())) triggered.end(STOPPED)
    this.#questions.stop()
  }

  async #sendTrigger(
    line: PneLine,
    { pne, password }: TriggerWish,
    made: { readonly transactionId: string; readonly triggerKey: Secret },
  ): Promise<DeskOutcome> {
    const { entityId: gw, random, clock, tell } = this.#parts
    const { transactionId, triggerKey } = made
    const context = { gw, pne, nonce: random.octets(TRIGGER_NONCE_LENGTH) }
    const iv = random.octets(TRIGGER_IV_LENGTH)
    const sealed = password && sealTriggerPassword(triggerKey, { ...context, iv }, password)
    const ended = new Promise<DeskOutcome>((resolve) => {
      const timer = clock.setTimer(TRIGGER_MS, () => resolve(TOLD))
      const end = (outcome: DeskOutcome): void => {
        timer.cancel()
        resolve(outcome)
      }
      this.#triggered.set(transactionId, { pne, nonce: context.nonce, end })
      void line.whenClosed.then(() => end(TOLD))
    })
    tell(line, {
      name: 'EUKeyAssignmentTrigger',
      transactionId,
      entityId: gw,
      ...context,
      proof: triggerProof(triggerKey, context),
      ...(sealed && { encryptedPassword: { algorithm: 'AES-256-GCM', iv, sealed } }),
    })
    triggerKey.wipe()
    const outcome = await ended
    this.#triggered.delete(transactionId)
    return outcome
  }

  async #install(line: PneLine, message: UserInfoRegistration, code: string): Promise<void> {
    const { pne, transactionId } = message
    const pairing = this.#pairings.claim(pne, code)
    const refuse = (outcome: DeskOutcome): void => {
      pairing?.end(outcome)
      this.#refuse(line, message, outcome.status as Exclude<Status, 200>)
    }
    if (pairing?.isCodeRight !== true) {
      return refuse({ status: 403, detail: 'the PNE showed a wrong code' })
    }
    try {
      const { userId } = pairing
      const answer = await this.#questions.ask(this.#registrationOf({ pne, userId }, transactionId))
      if (answer.name === 'Error') return refuse(answer)
      this.#parts.tell(line, answer)
      answer.triggerKey.wipe()
      pairing.end({ status: 200, detail: 'paired' })
    } catch (error) {
      if (!(error instanceof CpnsError)) throw error
      refuse({ status: 503, detail: error.message })
    }
  }

  #refuse(line: PneLine, to: UserInfoRegistration, status: Exclude<Status, 200>): void {
    const { entityId } = this.#parts
    const detail = 'not paired: begin the pairing at the PN GW, and show its code'
    const { transactionId } = to
    this.#parts.tell(line, { name: 'Error', transactionId, entityId, status, detail })
  }

  #registrationOf({ pne, userId }: PairingWish, transactionId: string): UserInfoRegistration {
    const { entityId } = this.#parts
    return { name: 'UserInfoRegistration', transactionId, entityId, pne, userId }
  }

  #noteWaiting(line: PneLine, pne: EntityId): void {
    this.#waiting.set(pne, line)
    void line.whenClosed.then(() => {
      if (this.#waiting.get(pne) === line) this.#waiting.delete(pne)
    })
    for (const look of Array.from(this.#arrivals)) look()
  }

  async #whenWaiting(pne: EntityId): Promise<PneLine | undefined> {
    return await new Promise((resolve) => {
      const look = (): void => {
        const line = this.#waiting.get(pne)
        if (line !== undefined) finish(line)
      }
      const finish = (line: PneLine | undefined): void => {
        timer.cancel()
        this.#arrivals.delete(look)
        resolve(line)
      }
      const timer = this.#parts.clock.setTimer(WAIT_FOR_PNE_MS, () => finish(undefined))
      this.#arrivals.add(look)
      look()
    })
  }
}

const TOLD: DeskOutcome = { status: 202, detail: 'the PNE was told; it asks by a way of its own' }
const STOPPED: DeskOutcome = { status: 503, detail: 'the PN GW stops' }
const SERVER_REFUSED = 'the server gave the PNE no EUKey'
