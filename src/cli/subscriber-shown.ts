/** A subscriber as it is shown: what it is, and what each service may know of it. TS 29.109 Annex A */
import { UnknownIdentity } from '../errors/errors.ts'
import type { KeyChoice, Uss } from '../gba/guss.ts'
import { gussAsJson } from '../hss/guss-fields.ts'
import type { Subscriber } from '../hss/hss-store.ts'
import { describeSubscriber, gussOf } from '../hss/subscriber-fields.ts'
import { type JsonFlag, say } from './say.ts'

/** Its line, without its services. */
export function sayLine(subscriber: Subscriber, flags: JsonFlag): void {
  say(flags, describeSubscriber(subscriber), lineOf(subscriber))
}

/** Its line, and one of each of its services. */
export function saySubscriber(subscriber: Subscriber, flags: JsonFlag): void {
  const { ussList } = gussOf(subscriber)
  const shown = { ...describeSubscriber(subscriber), ussList: gussAsJson({ ussList }).ussList }
  say(flags, shown, [lineOf(subscriber), ...ussList.map(ussLine)])
}

/** Its GUSS as it is stored, to be changed and given back. @throws {UnknownIdentity} If it has none. */
export function sayGuss({ impi, guss }: Subscriber, flags: JsonFlag): void {
  if (guss === undefined) throw new UnknownIdentity(`${impi} has no user security settings`)
  // Not as a sentence: a terminal would get it in lines that are not its own.
  if (flags.json === true) say(flags, { impi, guss }, [])
  else process.stdout.write(`${guss}\n`)
}

function lineOf(subscriber: Subscriber): string {
  const { impi, algorithm, uiccType, keyLifetimeSeconds: seconds } = describeSubscriber(subscriber)
  const lifetime = seconds === undefined ? '' : `  Ks good for ${seconds} s`
  return `${impi}  ${algorithm.padEnd(8)}  ${uiccType}${lifetime}`
}

const KEYS: Readonly<Record<KeyChoice, string>> = {
  ME_BASED_KEY: 'key Ks_ext_NAF',
  UICC_BASED_KEY: 'key Ks_int_NAF',
  ME_UICC_BASED_KEYS: 'keys Ks_ext_NAF and Ks_int_NAF',
}

/** One service in words: `service 1000000  type 0  NAF group A  identities sip:a@b.c  flags 1, 2  key Ks_ext_NAF`. */
function ussLine({ gsid, type, nafGroup, uids, flags, keyChoice }: Uss): string {
  const words = [
    `service ${gsid}`,
    `type ${type}`,
    nafGroup === undefined ? 'every NAF' : `NAF group ${nafGroup}`,
    ...(uids.length === 0 ? [] : [`identities ${uids.join(', ')}`]),
    ...(flags.length === 0 ? [] : [`flags ${flags.join(', ')}`]),
    ...(keyChoice === undefined ? [] : [KEYS[keyChoice]]),
  ]
  return `  ${words.join('  ')}`
}
