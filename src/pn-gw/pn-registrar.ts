/**
 * A PN GW tells its server which PNEs it has: all of them when it has a session or attached again, each new
 * one, and all again before the registration ends. Design 6, `PnRegistration`
 */
import { encodeMessage, type PnRegistration, type PnRegistrationResult } from '../cpns/messages.ts'
import { freshTransactionId } from '../cpns/transaction-id.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Clock, Timer } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'

/** What a PN GW calls its PN, and for how long it registers it. */
export interface PnOptions {
  /** 1 to 64 characters; by it the server knows the PN again after a restart. */
  readonly alias?: string
  /** Seconds, at least 2; it is refreshed at half of what the server grants. */
  readonly lifetimeSeconds: number
}

/** A PN that is registered. */
export interface RegisteredPn {
  readonly pnId: string
  /** Seconds. */
  readonly lifetimeSeconds: number
}

/** What a registrar needs of the PN GW. */
export interface PnRegistrarParts {
  readonly entityId: EntityId
  readonly pn: PnOptions
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** PNEs that the server has admitted and that are here. */
  readonly members: () => readonly EntityId[]
  /** Sends a control record. @throws {TransportFailed} If that cannot be done now. */
  readonly send: (registration: PnRegistration, octets: Uint8Array) => Promise<void>
  /** The PN has been registered for the first time, or as another. */
  readonly onRegistered?: (pn: RegisteredPn) => void
}

/** Octets of the EntityIDs in one registration, which has 4 KiB in all. Design 6 */
const MEMBERS_OCTETS = 2048
const MAX_MEMBERS = 64

/** One for each PN GW. */
export class PnRegistrar {
  readonly #parts: PnRegistrarParts
  readonly #pending = new Set<EntityId>()
  #isUp = false
  /** Whether a registration is due though no PNE is new. */
  #isDue = false
  #awaiting: string | undefined
  #pn: RegisteredPn | undefined
  #timer: Timer | undefined

  constructor(parts: PnRegistrarParts) {
    this.#parts = parts
  }

  /** The PN as the server last registered it. */
  get pn(): RegisteredPn | undefined {
    return this.#pn
  }

  /** Records can be sent, and none that was on its way will be answered. */
  noteUp(): void {
    this.#isUp = true
    this.#registerAll()
  }

  /** Records cannot be sent. */
  noteDown(): void {
    this.#isUp = false
    this.#timer?.cancel()
  }

  /** A PNE has been admitted. */
  add(pne: EntityId): void {
    this.#pending.add(pne)
    this.#next()
  }

  /** The server's answer; one to another registration says nothing. */
  take(result: PnRegistrationResult): void {
    if (result.transactionId !== this.#awaiting) return
    this.#awaiting = undefined
    const { status, pnId, lifetime, transactionId } = result
    if (status !== 200 || pnId === undefined) {
      this.#parts.log.warn('pn-not-registered', { point: 'CPNS-2', transactionId, status })
      // Another server, or one that has forgotten it, makes a new one.
      if (status === 404 && this.#pn !== undefined) {
        this.#pn = undefined
        this.#registerAll()
      }
      return
    }
    const isNew = this.#pn?.pnId !== pnId
    this.#pn = { pnId, lifetimeSeconds: lifetime ?? this.#parts.pn.lifetimeSeconds }
    if (isNew) this.#parts.onRegistered?.(this.#pn)
    this.#next()
  }

  /** Safe to call twice. */
  stop(): void {
    this.noteDown()
  }

  #registerAll(): void {
    for (const pne of this.#parts.members()) this.#pending.add(pne)
    this.#awaiting = undefined
    this.#isDue = true
    const { lifetimeSeconds } = this.#pn ?? this.#parts.pn
    this.#timer?.cancel()
    this.#timer = this.#parts.clock.setTimer(lifetimeSeconds * 500, () => this.#registerAll())
    this.#next()
  }

  /** One registration at a time, so that many PNEs at once go into few of them. */
  #next(): void {
    if (!this.#isUp || this.#awaiting !== undefined) return
    if (this.#pending.size === 0 && !this.#isDue) return
    const { entityId, pn, random, send } = this.#parts
    const transactionId = freshTransactionId(random)
    const registration: PnRegistration = {
      name: 'PnRegistration',
      transactionId,
      entityId,
      ...(this.#pn !== undefined && { pnId: this.#pn.pnId }),
      ...(pn.alias !== undefined && { alias: pn.alias }),
      members: this.#takePending(),
      lifetime: pn.lifetimeSeconds,
    }
    this.#isDue = false
    this.#awaiting = transactionId
    // What is lost with the connection is registered again when there is another.
    send(registration, encodeMessage(registration)).catch(() => {})
  }

  #takePending(): EntityId[] {
    const taken: EntityId[] = []
    let octets = 0
    for (const pne of this.#pending) {
      octets += Buffer.byteLength(pne) + 1
      if (taken.length > 0 && (octets > MEMBERS_OCTETS || taken.length >= MAX_MEMBERS)) break
      taken.push(pne)
      this.#pending.delete(pne)
    }
    return taken
  }
}
