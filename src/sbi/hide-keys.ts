/** Keys in JSON and XML of Zh and Zn over HTTP, replaced by zeros of the same length. TS 29.562, TS 29.309 */
import { fromUtf8, utf8 } from '../octets/octets.ts'

const NAMES = 'meKeyMaterial|uiccKeyMaterial|xres|ck|ik'
const JSON_VALUES = new RegExp(`("(?:${NAMES})"\\s*:\\s*")([^"]*)(")`, 'g')
const XML_VALUES = new RegExp(`(<(?:[\\w.-]+:)?(?:${NAMES})(?:\\s[^>]*)?>)([^<]*)(<)`, 'g')

/** @param body JSON or XML. @returns As many octets; only zeros for what is no text at all. */
export function hideKeys(body: Uint8Array): Uint8Array {
  try {
    const text = fromUtf8(body)
    return utf8(text.replace(JSON_VALUES, blank('0')).replace(XML_VALUES, blank('A')))
  } catch {
    return new Uint8Array(body.length)
  }
}

/** A zero in hexadecimal or in base64; its padding stays. */
function blank(zero: string) {
  return (_: string, before: string, value: string, after: string): string =>
    `${before}${value.replace(/[^=]/g, zero)}${after}`
}
