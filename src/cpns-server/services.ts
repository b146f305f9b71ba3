/** Applications at the server that messages can be addressed to as `urn:cpns:service:<name>`. Design 8 */
import type { MailboxMessage } from './server-store.ts'

/**
 * Told what became of an acknowledgement: `true` when it is durable and the message will not come again,
 * `false` if it could not be stored.
 */
export type Settled = (isDurable: boolean) => void

/**
 * Called for each message; when it returns, the message has been acknowledged. Throws to get it again.
 *
 * @returns Nothing, or whom to tell when the acknowledgement is durable.
 */
export type ServiceHandler = (
  message: MailboxMessage,
) => Promise<Settled | undefined> | Promise<void>

const PREFIX = 'urn:cpns:service:'
const NAME = /^[a-z0-9][a-z0-9.-]{0,62}$/

/** Address of the application of this name. @throws {RangeError} If it is not 1 to 63 of a-z, 0-9, "." and "-". */
export function serviceAddress(name: string): string {
  if (!NAME.test(name)) throw new RangeError(`${name} cannot be the name of a service`)
  return `${PREFIX}${name}`
}

/** Whether an address names an application rather than an entity. */
export function isServiceAddress(address: string): boolean {
  return address.startsWith(PREFIX)
}
