/**
 * PSK identity and identity hint of GBA: a prefix that says which key, and the B-TID. TS 33.222 5.4,
 * TS 24.109 5.3
 */
import { InvalidMessage } from '../errors/errors.ts'
import { type Btid, parseBtid } from '../identity/btid.ts'
import type { KeyUse } from './realm.ts'

/** What an identity says. */
export interface PskIdentity {
  readonly keyUse: KeyUse
  readonly btid: Btid
}

const PREFIXES: Readonly<Record<KeyUse, string>> = {
  ME: '3GPP-bootstrapping',
  UICC: '3GPP-bootstrapping-uicc',
}
const FIELD = 'psk_identity'

/** The identity of a B-TID; the separator is from memory, see `parsePskIdentity`. */
export function formatPskIdentity({ keyUse, btid }: PskIdentity): string {
  return `${PREFIXES[keyUse]};${btid}`
}

/**
 * Reads an identity. `;` as separator is from memory; `.` (a copy of the conformance tests has it) and
 * none at all are read too, for a B-TID begins with base64, which has neither.
 *
 * @throws {InvalidMessage} If it does not hold one of the prefixes and a B-TID.
 */
export function parsePskIdentity(text: string): PskIdentity {
  for (const keyUse of ['UICC', 'ME'] as const) {
    const prefix = PREFIXES[keyUse]
    if (!text.startsWith(prefix)) continue
    const rest = text.slice(prefix.length).replace(/^[;.]/, '')
    return { keyUse, btid: parseBtid(rest, FIELD) }
  }
  throw new InvalidMessage('without the prefix of GBA', FIELD)
}

/** The hint that lists the kinds of key a server takes, in its order; `;` between them is from memory. */
export function formatPskHint(keyUses: readonly KeyUse[]): string {
  return keyUses.map((keyUse) => PREFIXES[keyUse]).join(';')
}

/** Whether a hint lists this kind of key. */
export function hintLists(hint: string, keyUse: KeyUse): boolean {
  return hint.split(';').some((listed) => listed.trim() === PREFIXES[keyUse])
}
