/** Application identifiers of the UICC applications that do AKA. TS 101 220 Annex E */
import { fromHex, toHex } from '../octets/octets.ts'

/** A UICC application by its name. */
export type ApplicationName = 'USIM' | 'ISIM' | 'CSIM'

/** RID and application code: the first 7 octets of each application's AID. */
const PREFIXES: Readonly<Record<ApplicationName, string>> = {
  USIM: 'a0000000871002',
  ISIM: 'a0000000871004',
  CSIM: 'a0000003431002',
}

/** Country, provider and provider field that follow in our own cards; public test values. */
const OUR_SUFFIX = 'ff49ff0589ffffffff'

/** Which application an AID names; `undefined` if it is none of the three. */
export function applicationOfAid(aid: Uint8Array): ApplicationName | undefined {
  const hex = toHex(aid)
  const found = Object.entries(PREFIXES).find(([, prefix]) => hex.startsWith(prefix))
  return found?.[0] as ApplicationName | undefined
}

/** The AID that our own cards give to an application, 16 octets. */
export function defaultAidOf(application: ApplicationName): Uint8Array {
  return fromHex(PREFIXES[application] + OUR_SUFFIX)
}
