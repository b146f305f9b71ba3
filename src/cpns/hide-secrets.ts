/** CPNS messages for who looks on: zeros in base64 in place of HASH, State, IV, keys, passwords and proofs. Design 11 */
import { fromUtf8, utf8 } from '../octets/octets.ts'

const ATTRIBUTES = /(\b(?:HASH|IV|TriggerKey|Proof|Code)\s*=\s*)(["'])(.*?)\2/gs
/** Sealed; the State of a PneStatus is one of two words. */
const SEALED_STATE = /(\bState\s*=\s*)(["'])((?!admitted\b|ended\b).*?)\2/gs
/** Up to its end tag: others may write it as a section of character data, or with a comment in it. */
const CONTENT =
  /(<(?:[\w.-]+:)?Encrypted(?:EUKey|Password)\b(?:[^>"']|"[^"]*"|'[^']*')*(?<!\/)>)(.*?)(<\/)/gs
const MARKUP_OR_CHARACTER = /<!\[CDATA\[|\]\]>|<!--|-->|[^=\s]/g

/**
 * @param octets One message as it was sent. @returns As many octets, still a message; only zeros for what
 *   is no text at all.
 */
export function hideMessageSecrets(octets: Uint8Array): Uint8Array {
  const hide = (_: string, start: string, quote: string, value: string): string =>
    `${start}${quote}${zeros(value)}${quote}`
  try {
    return utf8(
      fromUtf8(octets)
        .replace(ATTRIBUTES, hide)
        .replace(SEALED_STATE, hide)
        .replace(CONTENT, hideContent),
    )
  } catch {
    return new Uint8Array(octets.length)
  }
}

function hideContent(_: string, tag: string, value: string, end: string): string {
  const hide = (part: string): string => (part.length > 1 ? part : 'A')
  return tag + value.replace(MARKUP_OR_CHARACTER, hide) + end
}

/** Padding and white space stay. */
function zeros(value: string): string {
  return value.replace(/[^=\s]/g, 'A')
}
