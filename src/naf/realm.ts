/**
 * Realms of Ua: which kind of key a NAF wants, and for which FQDN. TS 24.109 5.2.4
 *
 * A NAF that offers both forms puts them into one value, separated by ";"; the client answers with the
 * one that it chose.
 */
import { InvalidMessage } from '../errors/errors.ts'
import { type Fqdn, parseFqdn } from '../identity/fqdn.ts'

/** Where the key is used: `ME` is Ks_NAF or Ks_ext_NAF, `UICC` is Ks_int_NAF. TS 33.220 5.3.2 */
export type KeyUse = 'ME' | 'UICC'

/** One form of a realm. */
export interface Realm {
  readonly keyUse: KeyUse
  readonly nafFqdn: Fqdn
}

const PREFIXES: Readonly<Record<KeyUse, string>> = {
  ME: '3GPP-bootstrapping@',
  UICC: '3GPP-bootstrapping-uicc@',
}
const KEY_USES = Object.keys(PREFIXES) as readonly KeyUse[]
const SEPARATOR = ';'

/** One form, as it stands in a challenge or in credentials. */
export function formatRealm({ keyUse, nafFqdn }: Realm): string {
  return `${PREFIXES[keyUse]}${nafFqdn}`
}

/** The value of a challenge that offers these forms for one FQDN, in this order. */
export function formatRealmOffer(keyUses: readonly KeyUse[], nafFqdn: Fqdn): string {
  return keyUses.map((keyUse) => formatRealm({ keyUse, nafFqdn })).join(SEPARATOR)
}

/** One form; `undefined` if the text is no realm of GBA that is known here. */
export function parseRealm(text: string): Realm | undefined {
  const keyUse = KEY_USES.find((known) => text.startsWith(PREFIXES[known]))
  if (keyUse === undefined) return undefined
  try {
    return { keyUse, nafFqdn: parseFqdn(text.slice(PREFIXES[keyUse].length), 'realm') }
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}

/** The forms that a challenge offers, in its order; others, such as that of GBA_Digest, are passed over. */
export function parseRealmOffer(text: string): readonly Realm[] {
  return text.split(SEPARATOR).flatMap((form) => parseRealm(form.trim()) ?? [])
}
