/**
 * Reading of small XML documents from a peer into a tree. XML 1.0 in UTF-8 with Namespaces in XML 1.0, and
 * nothing that makes XML dangerous: no DTD (so no entities but the five that are built in), no processing
 * instruction, no other encoding, and limits of size and depth that hold before any work is done.
 *
 * The parsing proper is `saxes`; this module is what it may be fed with, and what is made of it. What our own
 * kind of program writes goes a shorter way (`plain-xml.ts`), with the same result.
 */
import type { SaxesAttributeNS, SaxesParser, SaxesTagNS } from 'saxes'
import { InvalidMessage } from '../errors/errors.ts'
import { fromUtf8 } from '../octets/octets.ts'
import { parsePlainXml } from './plain-xml.ts'
import { createSaxesParser } from './saxes-parser.ts'
import type { XmlAttribute, XmlElement, XmlLimits } from './xml-tree.ts'

export { XMLNS_NAMESPACE, type XmlAttribute, type XmlElement, type XmlLimits } from './xml-tree.ts'

interface OpenElement extends XmlElement {
  readonly children: XmlElement[]
  text: string
}

const FIELD = 'XML'
const BYTE_ORDER_MARK = 0xfeff

/**
 * The root element of a document.
 *
 * @throws {InvalidMessage} If the octets are over a limit, not UTF-8, begin with a byte order mark, are
 * declared as another version or encoding, hold a DTD or a processing instruction, or are not
 * well-formed.
 * @see XML 1.0 2.1, Namespaces in XML 1.0
 */
export function parseXml(octets: Uint8Array, limits: XmlLimits): XmlElement {
  if (octets.length > limits.maxOctets) {
    throw new InvalidMessage(`over ${limits.maxOctets} octets`, FIELD)
  }
  const text = withoutMark(fromUtf8(octets, FIELD), limits)
  return parsePlainXml(text, limits) ?? readTree(text, limits)
}

function withoutMark(text: string, { byteOrderMark = 'refused' }: XmlLimits): string {
  if (text.charCodeAt(0) !== BYTE_ORDER_MARK) return text
  // The parser would pass over a second one.
  if (byteOrderMark === 'refused' || text.charCodeAt(1) === BYTE_ORDER_MARK) {
    throw new InvalidMessage('byte order mark', FIELD)
  }
  return text.slice(1)
}

/** The whole parser. @throws {InvalidMessage} As `parseXml`. */
export function readTree(text: string, limits: XmlLimits): XmlElement {
  const parser = createSaxesParser()
  refuseDangers(parser, limits)
  const open: OpenElement[] = []
  let root: XmlElement | undefined
  let depth = 0
  parser.on('opentagstart', () => {
    depth += 1
    if (depth > limits.maxDepth) throw new InvalidMessage(`over ${limits.maxDepth} levels`, FIELD)
  })
  parser.on('opentag', (tag) => {
    const element = elementOf(tag)
    open.at(-1)?.children.push(element)
    open.push(element)
    root ??= element
  })
  parser.on('closetag', () => {
    depth -= 1
    open.pop()
  })
  const addText = (data: string): void => {
    const element = open.at(-1)
    if (element !== undefined) element.text += data
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(text).close()
  return root ?? refuse('not well-formed')
}

function refuseDangers(parser: SaxesParser<{ xmlns: true }>, limits: XmlLimits): void {
  parser.on('error', () => refuse(`not well-formed at ${parser.line}:${parser.column}`))
  parser.on('doctype', () => refuse('holds a DTD'))
  parser.on('processinginstruction', () => refuse('holds a processing instruction'))
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0') refuse('not XML 1.0')
    if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8') refuse('not UTF-8')
  })
  if (limits.comments === 'refused') parser.on('comment', () => refuse('holds a comment'))
}

function refuse(reason: string): never {
  throw new InvalidMessage(reason, FIELD)
}

function elementOf(tag: SaxesTagNS): OpenElement {
  return {
    name: tag.local,
    namespace: tag.uri,
    attributes: Object.values(tag.attributes).map(attributeOf),
    children: [],
    text: '',
  }
}

/** The declaration `xmlns="…"` has no local name in saxes; here it keeps its own. */
function attributeOf({ name, local, uri, value }: SaxesAttributeNS): XmlAttribute {
  return { name: local === '' ? name : local, namespace: uri, value }
}
