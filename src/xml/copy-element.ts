/**
 * An element of one document as it is written into another: its own namespaces come with it, whatever prefixes
 * they had. Namespaces in XML 1.0, 6
 */
import { XMLNS_NAMESPACE, type XmlAttribute, type XmlElement } from './xml-tree.ts'
import { isXmlName, type XmlOutput } from './xml-writer.ts'

/** Where a copy goes. */
export interface XmlPlace {
  /** The namespace that gives way to that of the place. */
  readonly home: string
  /** The default namespace there. */
  readonly namespace: string
}

/** The prefix `xml` is bound to it without a declaration. Namespaces in XML 1.0, 3 */
const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'

/**
 * The copy. Of an element with children the text is left out, and so is what has a name that is not written here.
 *
 * @param place.namespace Of elements of `place.home` in the copy, and the one that is declared around it.
 */
export function copyElement(element: XmlElement, place: XmlPlace): XmlOutput {
  return copyWithin(place.namespace, element, place)
}

/** @param declared The default namespace around the element. */
function copyWithin(declared: string, element: XmlElement, place: XmlPlace): XmlOutput {
  const { name, text } = element
  const namespace = element.namespace === place.home ? place.namespace : element.namespace
  const children = element.children.filter((child) => isXmlName(child.name))
  return {
    name,
    attributes: [
      ...(namespace === declared ? [] : [['xmlns', namespace] as const]),
      ...element.attributes.filter((one) => isXmlName(one.name)).flatMap(copyAttribute),
    ],
    ...(element.children.length === 0
      ? { text }
      : { children: children.map((child) => copyWithin(namespace, child, place)) }),
  }
}

function copyAttribute({ name, namespace, value }: XmlAttribute, index: number) {
  if (namespace === XMLNS_NAMESPACE) return []
  if (namespace === '') return [[name, value] as const]
  if (namespace === XML_NAMESPACE) return [[`xml:${name}`, value] as const]
  return [[`xmlns:a${index}`, namespace] as const, [`a${index}:${name}`, value] as const]
}
