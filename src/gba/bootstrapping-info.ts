/** BootstrappingInfo: what a BSF tells a UE after a good bootstrapping run. TS 24.109 C.1 */
import { InvalidMessage } from '../errors/errors.ts'
import { type Btid, parseBtid } from '../identity/btid.ts'
import { utf8 } from '../octets/octets.ts'
import { parseXml, type XmlElement } from '../xml/xml-reader.ts'
import { escapeContent, XML_DECLARATION } from '../xml/xml-writer.ts'
import { formatXmlDateTime, parseXmlDateTime } from './xml-date-time.ts'

/** A B-TID and how long its Ks lives. */
export interface BootstrappingInfo {
  readonly btid: Btid
  /** `lifetime`: UTC milliseconds. */
  readonly expiresAtMs: number
  /** `currenttime`, the clock of the BSF: UTC milliseconds. */
  readonly currentTimeMs?: number
}

/** Media type of the document. TS 24.109 C.2 */
export const BOOTSTRAPPING_INFO_TYPE = 'application/vnd.3gpp.bsf+xml'

const NAMESPACE = 'uri:3gpp-gba'
/** Others' XML tools may write a byte order mark. */
const LIMITS = { maxOctets: 16_384, maxDepth: 16, byteOrderMark: 'ignored' } as const

/** The document with its XML declaration, UTF-8; times in whole seconds of UTC. */
export function encodeBootstrappingInfo(info: BootstrappingInfo): Uint8Array {
  const { btid, expiresAtMs, currentTimeMs } = info
  const currentTime = currentTimeMs === undefined ? '' : currentTimeElement(currentTimeMs)
  const content = `<btid>${escapeContent(btid)}</btid><lifetime>${formatXmlDateTime(expiresAtMs)}</lifetime>${currentTime}`
  return utf8(
    `${XML_DECLARATION}\n<BootstrappingInfo xmlns="${NAMESPACE}">${content}</BootstrappingInfo>`,
  )
}

/**
 * @param octets At most 16 KiB.
 * @throws {InvalidMessage} If the document is not a BootstrappingInfo with one btid and one lifetime;
 * other elements and all attributes are ignored, as TS 24.109 C.1 says.
 */
export function decodeBootstrappingInfo(octets: Uint8Array): BootstrappingInfo {
  const root = parseXml(octets, LIMITS)
  if (root.name !== 'BootstrappingInfo' || root.namespace !== NAMESPACE) {
    throw new InvalidMessage('not the root element', 'BootstrappingInfo')
  }
  const currentTime = childrenOf(root, 'Extension').flatMap((extension) =>
    childrenOf(extension, 'currenttime'),
  )[0]
  return {
    btid: parseBtid(requiredText(root, 'btid'), 'btid'),
    expiresAtMs: parseXmlDateTime(requiredText(root, 'lifetime'), 'lifetime'),
    ...(currentTime === undefined
      ? {}
      : { currentTimeMs: parseXmlDateTime(currentTime.text.trim(), 'currenttime') }),
  }
}

function currentTimeElement(atMs: number): string {
  return `<Extension><currenttime>${formatXmlDateTime(atMs)}</currenttime></Extension>`
}

function requiredText(root: XmlElement, name: string): string {
  const [found, ...others] = childrenOf(root, name)
  if (found === undefined) throw new InvalidMessage('missing', name)
  if (others.length > 0) throw new InvalidMessage('doubled', name)
  return found.text.trim()
}

function childrenOf(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.filter((child) => child.name === name && child.namespace === NAMESPACE)
}
