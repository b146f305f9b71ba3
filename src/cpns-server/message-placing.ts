/**
 * Where a message goes that was taken in: to its recipient, who is here and for whom nothing waits, or into
 * the mailbox. Design 8: once, and first in, first out per (From, To).
 */
import { MAX_PAYLOAD_OCTETS } from '../cpns/record-content.ts'
import type { Status } from '../cpns/status.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { AcknowledgedMessages } from './acknowledged-messages.ts'
import type { Delivery } from './delivery.ts'
import { textOf } from './delivery-lane.ts'
import type { DirectMessage } from './direct-lane.ts'
import type { Mailbox } from './mailbox.ts'
import type { SenderOrder } from './sender-order.ts'
import type { MailboxMessage, ServerStore } from './server-store.ts'
import { isServiceAddress } from './services.ts'

/** A message of which it is to be said what became of it. */
export interface Incoming extends DirectMessage {
  readonly message: MailboxMessage
  /** Seconds, as its sender gave it. */
  readonly expires: number
  /** Of its sender. */
  readonly order: SenderOrder
}

/** What placing needs of the server. */
export interface PlacingParts {
  readonly store: Pick<ServerStore, 'findEntity' | 'knownMessages'>
  readonly clock: { nowMs(): number }
  readonly mailbox: Pick<Mailbox, 'accept' | 'isTaking'>
  readonly acknowledged: Pick<AcknowledgedMessages, 'has' | 'isTaking'>
  readonly delivery: Pick<Delivery, 'hasService' | 'directLane'>
}

/** One for each server. */
export class Placing {
  readonly #parts: PlacingParts
  /** Messages that their recipient has and has not acknowledged, with those that came once more meanwhile. */
  readonly #inHand = new Map<string, Incoming[]>()

  constructor(parts: PlacingParts) {
    this.#parts = parts
  }

  /**
   * Messages of one sender, in order; all are answered, now or later.
   *
   * @param how.directly Whether a recipient who is here may get them before they are stored.
   * @throws {StoreFailed} Then none of those that were to be stored is.
   */
  async place(messages: readonly Incoming[], how: { readonly directly: boolean }): Promise<void> {
    const good = await this.#withoutRefused(messages)
    const known = how.directly ? await this.#known(good) : undefined
    const toStore: Incoming[] = []
    const storedFor = new Set<string>()
    for (const [n, one] of good.entries()) {
      if (one.order.mustWait({ to: one.message.to, messageId: one.message.messageId })) {
        one.answer(503)
      } else if (known?.[n] === true) one.answer(202)
      else if (!this.#isRepeated(one)) {
        const mayBe = how.directly && !storedFor.has(one.message.to)
        if (mayBe && (await this.#handOver(one))) continue
        storedFor.add(one.message.to)
        toStore.push(one)
      }
    }
    if (toStore.length > 0) await this.#store(toStore, storedFor)
  }

  async #withoutRefused(messages: readonly Incoming[]): Promise<readonly Incoming[]> {
    const refusals = new Map<Incoming, Status>()
    const found = new Map<string, boolean>()
    for (const one of messages) {
      const { to, payload } = one.message
      if (payload.length > MAX_PAYLOAD_OCTETS) refusals.set(one, 413)
      else if (this.#parts.delivery.directLane(to) === undefined) {
        const isThere = found.get(to) ?? (await this.#isThere(to))
        found.set(to, isThere)
        if (!isThere) refusals.set(one, 404)
      }
    }
    for (const [one, status] of refusals) one.answer(status)
    return refusals.size === 0 ? messages : messages.filter((one) => !refusals.has(one))
  }

  async #isThere(to: string): Promise<boolean> {
    if (isServiceAddress(to)) return this.#parts.delivery.hasService(to)
    return (await this.#parts.store.findEntity(to as EntityId)) !== undefined
  }

  /** What goes into the mailbox is compared there; so only who has a way besides is asked about. */
  async #known(messages: readonly Incoming[]): Promise<readonly boolean[]> {
    const { delivery, store, clock } = this.#parts
    if (messages.every(({ message }) => !delivery.directLane(message.to)?.isOpen)) return []
    return await store.knownMessages(
      messages.map(({ message }) => message),
      clock.nowMs(),
    )
  }

  /** A message that came before, and is in hand or was acknowledged, is answered as that one is. */
  #isRepeated(one: Incoming): boolean {
    const copies = this.#inHand.get(textOf(one.message))
    if (copies !== undefined) copies.push(one)
    else if (this.#parts.acknowledged.has(one.message)) one.answer(200)
    else return false
    return true
  }

  /** @returns Whether it is in hand, or answered. */
  async #handOver(one: Incoming): Promise<boolean> {
    const { acknowledged, delivery, mailbox, store, clock } = this.#parts
    const { to } = one.message
    const lane = delivery.directLane(to)
    if (lane?.isFull) {
      await lane.whenRoom()
      // It may have come over another connection meanwhile.
      const [isKnown] = await store.knownMessages([one.message], clock.nowMs())
      if (isKnown) one.answer(202)
      if (isKnown || this.#isRepeated(one)) return true
      if (delivery.directLane(to) !== lane) return false
    }
    if (!lane?.isOpen || mailbox.isTaking(to) || !acknowledged.isTaking) return false
    const key = textOf(one.message)
    const copies = [one]
    this.#inHand.set(key, copies)
    lane.take({
      message: one.message,
      answer: (status) => {
        this.#inHand.delete(key)
        for (const copy of copies) copy.answer(status)
      },
      fail: (error) => {
        this.#inHand.delete(key)
        for (const copy of copies) copy.fail(error)
      },
    })
    return true
  }

  /** What is in hand for the same recipients came before, so it is stored before. */
  async #store(messages: readonly Incoming[], recipients: ReadonlySet<string>): Promise<void> {
    const { delivery, mailbox } = this.#parts
    const before = [...recipients].flatMap((to) => delivery.directLane(to)?.takeBack() ?? [])
    const all = [...before, ...messages]
    try {
      const statuses = await mailbox.accept(all.map(({ message }) => message))
      for (const [n, one] of all.entries()) one.answer(statuses[n] ?? 500)
    } catch (error) {
      for (const one of before) one.fail(error)
      throw error
    }
  }
}
