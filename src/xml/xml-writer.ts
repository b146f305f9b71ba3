/**
 * Writing of small XML documents: escape and append. XML 1.0 2.4 (which characters are escaped), 2.11 and
 * 3.3.3 (line ends and white space that a reader would change).
 */
import { utf8 } from '../octets/octets.ts'

/** An element to be written; it has children or text, not both. */
export interface XmlOutput {
  /** Name as written, with its prefix if it has one. */
  readonly name: string
  /** In the order in which they are written; declarations (`xmlns`) are attributes as any other. */
  readonly attributes?: readonly (readonly [name: string, value: string])[]
  readonly children?: readonly XmlOutput[]
  readonly text?: string
}

/** `<?xml …?>` as it may stand before the root element. XML 1.0 2.8 */
export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

const NAME = /^[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?$/
/** Nothing in it is forbidden, nothing is escaped. */
const PLAIN = /^[ !#-%(-;=?-~]*$/
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/**
 * The element and all in it as UTF-8 octets, without byte order mark and without XML declaration (a
 * document without one is XML 1.0 in UTF-8).
 *
 * @throws {RangeError} If a name is not one, or a value holds a character that XML 1.0 does not allow.
 * @see XML 1.0 2.2
 */
export function encodeXml(element: XmlOutput): Uint8Array {
  return utf8(formatXml(element))
}

/** `encodeXml` as text. @throws {RangeError} As `encodeXml`. */
export function formatXml(element: XmlOutput): string {
  const name = checkName(element.name)
  const attributes = (element.attributes ?? [])
    .map(([key, value]) => ` ${checkName(key)}="${escapeAttribute(value)}"`)
    .join('')
  const text = escapeContent(element.text ?? '')
  const content = text + (element.children ?? []).map(formatXml).join('')
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`
}

/** The value of an attribute as it stands between quotation marks. @throws {RangeError} As `encodeXml`. */
export function escapeAttribute(value: string): string {
  return escapeText(value, /[&<>"'\t\n\r]/g)
}

/** Text as it stands in an element. @throws {RangeError} As `encodeXml`. */
export function escapeContent(text: string): string {
  return escapeText(text, /[&<>\r]/g)
}

/** Whether a name, with its prefix or without, is one that is written here: of ASCII. */
export function isXmlName(name: string): boolean {
  return NAME.test(name)
}

function checkName(name: string): string {
  if (!isXmlName(name)) throw new RangeError('not an XML name')
  return name
}

function escapeText(text: string, special: RegExp): string {
  if (PLAIN.test(text)) return text
  if (FORBIDDEN.test(text)) throw new RangeError('a character that XML 1.0 does not allow')
  return text.replace(special, (character) => REFERENCES[character] ?? character)
}
