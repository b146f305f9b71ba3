/** From the flags of `cpns subscriber add` to a subscriber. */
import type { z } from 'zod'
import { ConfigurationInvalid, InvalidMessage } from '../errors/errors.ts'
import type { Subscriber } from '../hss/hss-store.ts'
import { type subscriberFieldsSchema, subscriberOf } from '../hss/subscriber-fields.ts'

/** The flags as they come from the command line. */
export type AddFlags = z.infer<typeof subscriberFieldsSchema>

/** @throws {ConfigurationInvalid} Naming the flag that is wrong or missing, never a value of a key. */
export function subscriberOfFlags(flags: AddFlags): Subscriber {
  try {
    return subscriberOf(flags)
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error
    throw new ConfigurationInvalid(`--${error.message}`)
  }
}
