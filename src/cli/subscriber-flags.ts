/** From the flags of `cpns subscriber add` and `change` to a subscriber. */
import { type Command, Option } from 'commander'
import type { z } from 'zod'
import { ConfigurationInvalid, InvalidMessage } from '../errors/errors.ts'
import type { Subscriber } from '../hss/hss-store.ts'
import {
  changedSubscriber,
  type subscriberChangeSchema,
  type subscriberFieldsSchema,
  subscriberOf,
} from '../hss/subscriber-fields.ts'
import { fromUtf8 } from '../octets/octets.ts'
import { readWholeFile } from './read-whole-file.ts'
import { parseWholeNumber } from './whole-number.ts'

/** The flags as they come from the command line; `guss` is the name of a file. */
export type AddFlags = z.infer<typeof subscriberFieldsSchema>

/** What may change, as it comes from the command line; `guss` is the name of a file. */
export interface ChangeFlags extends Omit<Change, 'keyLifetime'> {
  readonly keyLifetime?: number | 'none'
}

type Change = z.infer<typeof subscriberChangeSchema>

/** Flags that say what the subscriber's GUSS is, in part or whole. */
export function addGussFlags(command: Command, isNew: boolean): Command {
  const type = new Option(
    '--uicc-type <type>',
    `GBA_U: the card does GBA itself; GBA: the handset does${isNew ? '; default GBA_U, with --guss what that says' : ''}`,
  )
  const lifetime = isNew
    ? new Option('--key-lifetime <seconds>', 'of its Ks; default as the BSF decides').argParser(
        parseWholeNumber,
      )
    : new Option('--key-lifetime <seconds>', 'of its Ks; none: as the BSF decides').argParser(
        parseLifetime,
      )
  return command
    .addOption(type.choices(['GBA_U', 'GBA']))
    .addOption(lifetime)
    .option('--guss <file>', 'its user security settings as XML, whole; "-" for standard input')
}

function parseLifetime(text: string): number | 'none' {
  return text === 'none' ? text : parseWholeNumber(text)
}

/** @throws {ConfigurationInvalid} Naming the flag that is wrong or missing, never a value of a key. */
export function subscriberOfFlags(flags: AddFlags): Subscriber {
  const fields = withGuss(flags)
  return readFields(() => subscriberOf(fields))
}

/** @returns What makes the changed subscriber of the former one. @throws {ConfigurationInvalid} As above. */
export function changeOfFlags({
  keyLifetime: seconds,
  ...flags
}: ChangeFlags): (before: Subscriber) => Subscriber {
  const lifetime = seconds !== undefined && { keyLifetime: seconds === 'none' ? null : seconds }
  const fields = { ...withGuss(flags), ...lifetime }
  return (before) => readFields(() => changedSubscriber(before, fields))
}

function withGuss<F extends { readonly guss?: string | undefined }>(flags: F): F {
  const { guss: file } = flags
  if (file === undefined) return flags
  const octets = readWholeFile('--guss', file)
  return { ...flags, guss: readFields(() => fromUtf8(octets, 'guss')) }
}

function readFields<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error
    const flag = error.field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new ConfigurationInvalid(`--${flag}: ${error.reason}`)
  }
}
