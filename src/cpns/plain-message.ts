/**
 * What profile cpns-1.0 demands of a message beyond being valid. M-2: its HASH is a plain SHA-1 over
 * octets of the peers' choosing without lengths between them, so nothing free may stand in a message:
 * no foreign-namespace content, no comment, and a TransactionID of a small alphabet.
 */
import { InvalidMessage } from '../errors/errors.ts'
import { parseXml, XMLNS_NAMESPACE, type XmlAttribute, type XmlElement } from '../xml/xml-reader.ts'
import { briefName, CPNS_NAMESPACE } from './message-rules.ts'
import { MAX_MESSAGE_DEPTH, MAX_MESSAGE_OCTETS } from './messages.ts'

const TRANSACTION_ID = /^[A-Za-z0-9._-]+$/

/**
 * @param octets Of a message that `decodeMessage` accepts.
 * @throws {InvalidMessage} Naming what the profile refuses.
 * @see M-2
 */
export function assertPlainMessage(octets: Uint8Array): void {
  const root = parseXml(octets, {
    maxOctets: MAX_MESSAGE_OCTETS,
    maxDepth: MAX_MESSAGE_DEPTH,
    comments: 'refused',
  })
  assertPlainElement(root)
  const transactionId = root.attributes.find(
    ({ name, namespace }) => namespace === '' && name === 'TransactionID',
  )
  if (transactionId !== undefined && !TRANSACTION_ID.test(transactionId.value)) {
    throw new InvalidMessage('not of A-Z, a-z, 0-9, ".", "_" and "-"', 'TransactionID')
  }
}

function assertPlainElement({ name, namespace, attributes, children }: XmlElement): void {
  if (namespace !== CPNS_NAMESPACE)
    throw new InvalidMessage('of another namespace', briefName(name))
  const foreign = attributes.find((attribute) => !isPlainAttribute(attribute))
  if (foreign !== undefined) {
    throw new InvalidMessage('of another namespace', briefName(foreign.name))
  }
  for (const child of children) assertPlainElement(child)
}

/** Declarations of other namespaces are free octets too. */
function isPlainAttribute({ namespace, value }: XmlAttribute): boolean {
  return namespace === '' || (namespace === XMLNS_NAMESPACE && value === CPNS_NAMESPACE)
}
