/** A card that was pulled out of its reader and put back. */
import type { ApplicationName } from '../apdu/aid.ts'
import { TransportFailed } from '../errors/errors.ts'
import type { CardIdentity } from './uicc-terminal-identity.ts'
import type { PinPad } from './uicc-terminal-pin.ts'

/** An application that is selected, and its user. */
export interface OpenedApplication {
  readonly application: ApplicationName
  readonly identity: CardIdentity
}

/** Does one operation with the card, which is opened anew before it if it was gone. */
export type CardUse = <T>(work: () => Promise<T>) => Promise<T>

/**
 * The operation during which a card goes fails; the next one resets what is in the reader, selects the same
 * application and goes on, if it is of the same user. An operation is never begun in its middle: a card that was
 * reset has forgotten what went before.
 *
 * @param card.open Resets the card and selects an application.
 * @param card.onReturn What the terminal remembers of a card counts no more.
 */
export function createCardUse(card: {
  readonly opened: OpenedApplication
  readonly open: (name: ApplicationName) => Promise<OpenedApplication>
  readonly withPin: PinPad
  readonly onReturn: () => void
}): CardUse {
  const { opened, open, withPin, onReturn } = card
  let isGone = false

  const openAgain = async (): Promise<void> => {
    const { identity } = await open(opened.application).catch(asTransportFailure)
    if (identity.impi !== opened.identity.impi) {
      throw new TransportFailed('another card is in the reader: put the former one back')
    }
    onReturn()
    isGone = false
  }

  return async (work) => {
    try {
      if (isGone) await openAgain()
      return await withPin(work)
    } catch (error) {
      if (error instanceof TransportFailed) isGone = true
      throw error
    }
  }
}

/** Whoever uses the card knew it as one that works: to them it is gone, whatever is in the reader now. */
function asTransportFailure(error: unknown): never {
  if (error instanceof TransportFailed || !(error instanceof Error)) throw error
  throw new TransportFailed(`the card was pulled, and cannot be used now: ${error.message}`, {
    cause: error,
  })
}
