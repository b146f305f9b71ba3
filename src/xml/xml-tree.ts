/** An XML document as a tree, and what one may be. XML 1.0, Namespaces in XML 1.0 */

/** Namespace of the declarations `xmlns` and `xmlns:p`, which stand among the attributes. */
export const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/'

/** One attribute; an unqualified one has the empty namespace. */
export interface XmlAttribute {
  /** Local name. */
  readonly name: string
  readonly namespace: string
  readonly value: string
}

/** One element. */
export interface XmlElement {
  /** Local name. */
  readonly name: string
  /** Empty, if it has none. */
  readonly namespace: string
  /** In document order, namespace declarations (in `XMLNS_NAMESPACE`) among them. */
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlElement[]
  /** All character data directly in the element, put together. */
  readonly text: string
}

/** What a document may be. */
export interface XmlLimits {
  readonly maxOctets: number
  /** Elements inside each other, the root being 1. */
  readonly maxDepth: number
  /** Whether comments are passed over, which is the default, or make the document invalid. */
  readonly comments?: 'ignored' | 'refused'
  /** Whether a byte order mark makes the document invalid, which is the default. XML 1.0 4.3.3 */
  readonly byteOrderMark?: 'ignored' | 'refused'
}
