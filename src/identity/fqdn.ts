/** Fully qualified domain names of BSFs and NAFs. RFC 1035 2.3.1, RFC 1123 2.1 */
import { InvalidMessage } from '../errors/errors.ts'

declare const brand: unique symbol

/** A domain name in lower case, without a final dot. */
export type Fqdn = string & { readonly [brand]: 'Fqdn' }

const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/
const ONLY_DIGITS = /^\d+$/
const MAX_CHARACTERS = 253
/** A node meets few names, each of them in every message. */
const MOST_REMEMBERED = 256
const known = new Map<string, Fqdn>()

/**
 * A domain name; upper case is folded, because names compare without case and the octets of one name
 * enter a key derivation on two sides.
 *
 * @throws {InvalidMessage} If the text is no domain name; an IP address is none.
 */
export function parseFqdn(text: string, field = 'FQDN'): Fqdn {
  const remembered = known.get(text)
  if (remembered !== undefined) return remembered
  const fqdn = readFqdn(text, field)
  if (known.size >= MOST_REMEMBERED) known.clear()
  known.set(text, fqdn)
  return fqdn
}

function readFqdn(text: string, field: string): Fqdn {
  // Checked before folding: some letters outside ASCII (the Kelvin sign) fold into it.
  const labels = text.split('.')
  const last = labels.at(-1) ?? ''
  if (text.length > MAX_CHARACTERS || !labels.every((label) => LABEL.test(label))) {
    throw new InvalidMessage('not a domain name', field)
  }
  if (ONLY_DIGITS.test(last)) throw new InvalidMessage('an IP address, not a domain name', field)
  return text.toLowerCase() as Fqdn
}
