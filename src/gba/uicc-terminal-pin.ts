/** The PIN, as a terminal gives it. TS 102 221 11.1.9, 14.5 */
import { KEY_REFERENCE } from '../apdu/access-rules.ts'
import { MAX_LE } from '../apdu/command-apdu.ts'
import { decodePinStatus } from '../apdu/fcp.ts'
import { INS } from '../apdu/instructions.ts'
import { padded } from '../apdu/padding.ts'
import { SW } from '../apdu/status-words.ts'
import type { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed, ConfigurationInvalid, InvalidMessage } from '../errors/errors.ts'
import { CardRefused, type CommandSender, isOk } from './uicc-terminal-commands.ts'

const PIN_LENGTH = 8
const CLA_ETSI = 0x80
const LAST_PIN = 0x08
const UNIVERSAL_PIN = 0x11
const NOTHING = new Uint8Array(0)
const TRIES_MASK = 0xfff0

/** Does work with the card; where the card asks for its PIN, gives it and does the work again. */
export type PinPad = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Gives the PIN only to a card that asks for it: when its files are read, or not before AUTHENTICATE. What a
 * card did not accept once is not given any more.
 *
 * The work throws what `verifyPin` throws, and `ConfigurationInvalid` if there is no PIN to give.
 */
export function createPinPad(sender: CommandSender, pin: Secret | undefined): PinPad {
  let usable = pin
  const give = async (): Promise<void> => {
    if (usable === undefined) throw new ConfigurationInvalid('the card asks for its PIN')
    try {
      await verifyPin(sender, usable)
    } catch (error) {
      if (error instanceof AuthenticationFailed) usable = undefined
      throw error
    }
  }
  return async (work) => {
    try {
      return await work()
    } catch (error) {
      const asks =
        error instanceof CardRefused && error.statusWord === SW.securityStatusNotSatisfied
      if (!asks) throw error
    }
    await give()
    return work()
  }
}

/**
 * Verifies the PIN, but never with the last try: a wrong one in a configuration must not block a card.
 *
 * @param pin 4 to 8 ASCII digits.
 * @throws {ConfigurationInvalid} If the PIN is blocked, has one try left, or cannot be one.
 * @throws {AuthenticationFailed} If it is wrong.
 */
export async function verifyPin(sender: CommandSender, pin: Secret): Promise<void> {
  const command = { ins: INS.verifyPin, p1: 0, p2: await keyReferenceOf(sender) }
  const asked = await sender.send(
    { ...command, data: NOTHING },
    { message: 'VERIFY PIN (tries left)' },
  )
  if ((asked.sw & TRIES_MASK) === SW.retriesLeft && (asked.sw & 0xf) <= 1) {
    throw new ConfigurationInvalid(
      `the PIN of the card has ${triesLeft(asked.sw & 0xf)} left; verify or unblock it elsewhere first`,
    )
  }
  if (pin.length < 4 || pin.length > PIN_LENGTH) {
    throw new ConfigurationInvalid('a PIN has 4 to 8 digits')
  }
  const data = padded(pin.reveal(), PIN_LENGTH)
  const response = await sender.send({ ...command, data }, { message: 'VERIFY PIN' })
  if (isOk(response)) return
  if (response.sw === SW.methodBlocked) {
    throw new ConfigurationInvalid('the PIN of the card is blocked')
  }
  if ((response.sw & TRIES_MASK) === SW.retriesLeft) {
    throw new AuthenticationFailed('the card did not accept the PIN')
  }
  throw new CardRefused('VERIFY PIN', response)
}

function triesLeft(count: number): string {
  return count === 1 ? '1 try' : `${count} tries`
}

/**
 * Which PIN the current directory asks for: the first of PINs 1 to 8 that is enabled, else the universal PIN if
 * that is; a card that does not say has the usual one. TS 102 221 9.4, 9.5.1
 */
async function keyReferenceOf(sender: CommandSender): Promise<number> {
  const command = { cla: CLA_ETSI, ins: INS.status, p1: 0, p2: 0, data: NOTHING, le: MAX_LE }
  const response = await sender.send(command, { message: 'STATUS' })
  const enabled = isOk(response) ? enabledPins(response.data) : []
  const application = enabled.find((key) => key >= KEY_REFERENCE.pin1 && key <= LAST_PIN)
  return application ?? enabled.find((key) => key === UNIVERSAL_PIN) ?? KEY_REFERENCE.pin1
}

function enabledPins(fcp: Uint8Array): readonly number[] {
  try {
    return decodePinStatus(fcp).flatMap((pin) => (pin.enabled ? [pin.keyReference] : []))
  } catch (error) {
    if (error instanceof InvalidMessage) return []
    throw error
  }
}
