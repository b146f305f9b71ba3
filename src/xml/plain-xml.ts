/**
 * The short way for the documents that programs write: elements, attributes between quotation marks and
 * text, all of it printable ASCII, in no namespace but the default one. It takes a fifth of the time of the
 * whole parser, and says `undefined` to everything that it does not know for sure, wrong or merely unusual,
 * so that the whole parser judges it.
 */
import { XMLNS_NAMESPACE, type XmlAttribute, type XmlElement, type XmlLimits } from './xml-tree.ts'

interface Reading {
  readonly text: string
  readonly maxDepth: number
  at: number
}

/** The usual declaration, or nothing. */
const DECLARATION = /(?:<\?xml version="1\.0" encoding="(?:UTF|utf)-8"\?>[ \t\n]*)?/y
/** Name of an element that begins here, without a prefix. */
const START = /<([A-Za-z_][A-Za-z0-9_-]*)/y
/** One attribute: a value without what XML would change or forbid in it. */
const ATTRIBUTE = /[ \t\n]+([A-Za-z_][A-Za-z0-9_-]*)="([ !#-%'-;=-~]*)"/y
const START_END = /[ \t\n]*(\/?)>/y
const TEXT = /[\t\n -%'-;=?-~]+/y
const END = /<\/([A-Za-z_][A-Za-z0-9_-]*)[ \t\n]*>/y
/** The names that Namespaces in XML keeps for itself, and the empty one, are for the whole parser. */
const PLAIN_NAMESPACE = /^(?!http:\/\/www\.w3\.org\/(?:XML\/1998\/namespace|2000\/xmlns\/)$).+$/

/**
 * @returns The root element, as the whole parser gives it; `undefined` if it has to be asked.
 * @see XML 1.0 2.1, Namespaces in XML 1.0
 */
export function parsePlainXml(
  text: string,
  { maxDepth }: Pick<XmlLimits, 'maxDepth'>,
): XmlElement | undefined {
  const reading = { text, maxDepth, at: 0 }
  match(reading, DECLARATION)
  const root = readElement(reading, '', 1)
  return reading.at === text.length ? root : undefined
}

function readElement(reading: Reading, inherited: string, depth: number): XmlElement | undefined {
  const name = match(reading, START)?.[1]
  if (name === undefined || depth > reading.maxDepth) return undefined
  const attributes = readAttributes(reading)
  const end = match(reading, START_END)
  if (attributes === undefined || end === undefined) return undefined
  const declared = attributes.find(({ namespace }) => namespace === XMLNS_NAMESPACE)?.value
  if (declared !== undefined && !PLAIN_NAMESPACE.test(declared)) return undefined
  const namespace = declared ?? inherited
  const content = end[1] === '/' ? EMPTY : readContent(reading, { name, namespace, depth })
  return content && { name, namespace, attributes, ...content }
}

type Content = Pick<XmlElement, 'children' | 'text'>

const EMPTY: Content = { children: [], text: '' }

function readAttributes(reading: Reading): XmlAttribute[] | undefined {
  const attributes: XmlAttribute[] = []
  for (let found = match(reading, ATTRIBUTE); found; found = match(reading, ATTRIBUTE)) {
    const [, name = '', value = ''] = found
    if (attributes.some((other) => other.name === name)) return undefined
    attributes.push({ name, namespace: name === 'xmlns' ? XMLNS_NAMESPACE : '', value })
  }
  return attributes
}

/** What stands up to the end tag of an element, which is read too. */
function readContent(
  reading: Reading,
  { name, namespace, depth }: { name: string; namespace: string; depth: number },
): Content | undefined {
  const children: XmlElement[] = []
  let text = ''
  for (;;) {
    text += match(reading, TEXT)?.[0] ?? ''
    const end = match(reading, END)
    if (end !== undefined) return end[1] === name ? { children, text } : undefined
    const child = readElement(reading, namespace, depth + 1)
    if (child === undefined) return undefined
    children.push(child)
  }
}

function match(reading: Reading, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reading.at
  const found = pattern.exec(reading.text)
  if (found === null) return undefined
  reading.at = pattern.lastIndex
  return found
}
