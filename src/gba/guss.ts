/**
 * GBA user security settings: what the operator says of one subscriber and of each service it may use.
 * TS 29.109 Annex A
 *
 * The shape is that of an existing HSS. Its namespace is not known for sure, so any one
 * is read, and none is written; elements that are not known here are ignored.
 */
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { copyElement } from '../xml/copy-element.ts'
import { parseXml, type XmlElement } from '../xml/xml-reader.ts'
import { formatXml, type XmlOutput } from '../xml/xml-writer.ts'

/** Which key of GBA_U a service is to use, in the spelling of TS 29.309. */
export type KeyChoice = 'ME_BASED_KEY' | 'UICC_BASED_KEY' | 'ME_UICC_BASED_KEYS'

/** Settings of one service. */
export interface Uss {
  /** GAA-Service-Identifier, 0 to 2^32 - 1; those up to 999999 belong to 3GPP. */
  readonly gsid: number
  /** GAA service type code, 0 to 2^32 - 1; 0 is unspecific. */
  readonly type: number
  /** Only for the NAFs of this group, if there is one. */
  readonly nafGroup?: string
  /** Identities that the subscriber may use with the service. */
  readonly uids: readonly string[]
  /** Authorization flags, 0 to 2^32 - 1. */
  readonly flags: readonly number[]
  readonly keyChoice?: KeyChoice
}

/** Settings of one subscriber. */
export interface Guss {
  /** Identity of the subscriber, as the HSS writes it. */
  readonly id?: string
  /** `GBA` stands for GBA_ME. Absent: GBA_ME. */
  readonly uiccType?: 'GBA' | 'GBA_U'
  /** Key lifetime of this subscriber, 1 to 2^31 - 1; a longer one is read as that. Absent: as the BSF decides. */
  readonly lifeTimeSeconds?: number
  readonly ussList: readonly Uss[]
}

/** Others' XML tools may write a byte order mark. */
const LIMITS = { maxOctets: 65_536, maxDepth: 16, byteOrderMark: 'ignored' } as const
const MAX_UINT32 = 0xffff_ffff
/** 68 years: Key-ExpiryTime of Zn is a Time, which ends in 2104. RFC 6733 4.3.1 */
export const MAX_LIFETIME_SECONDS = 0x7fff_ffff
const KEY_CHOICES: readonly KeyChoice[] = ['ME_BASED_KEY', 'UICC_BASED_KEY', 'ME_UICC_BASED_KEYS']

/**
 * @param xml A `guss` document, at most 64 KiB.
 * @throws {InvalidMessage} Naming the element or attribute that cannot be read.
 * @see TS 29.109 A.1
 */
export function parseGuss(xml: string): Guss {
  const root = gussRootOf(xml)
  const id = attribute(root, 'id')
  const bsfInfo = child(root, 'bsfInfo')
  const uiccType = bsfInfo && textOf(bsfInfo, 'uiccType')
  const lifeTime = bsfInfo && textOf(bsfInfo, 'lifeTime')
  const ussList = child(root, 'ussList')
  return {
    ...(id === undefined ? {} : { id }),
    ...(uiccType === undefined ? {} : { uiccType: parseUiccType(uiccType) }),
    ...(lifeTime === undefined ? {} : { lifeTimeSeconds: parseLifeTime(lifeTime) }),
    ussList: ussList === undefined ? [] : readUssList(ussList),
  }
}

/** The root element of a `guss` document, as it stands there. @throws {InvalidMessage} If it is none. */
export function gussRootOf(xml: string): XmlElement {
  return parseRoot(xml, 'guss')
}

/** A `guss` document. @throws {RangeError} If a text holds what XML does not allow. */
export function formatGuss(guss: Guss): string {
  const bsfInfo = [
    ...(guss.uiccType === undefined ? [] : [leaf('uiccType', guss.uiccType)]),
    ...(guss.lifeTimeSeconds === undefined ? [] : [leaf('lifeTime', guss.lifeTimeSeconds)]),
  ]
  return formatXml({
    name: 'guss',
    attributes: guss.id === undefined ? [] : [['id', guss.id]],
    children: [{ name: 'bsfInfo', children: bsfInfo }, ussListOutput(guss.ussList)],
  })
}

/** What a NAF gets: a `ussList` document. @throws {InvalidMessage} As `parseGuss`. */
export function parseUssList(xml: string): readonly Uss[] {
  return readUssList(parseRoot(xml, 'ussList'))
}

/** A `ussList` document, for Zn. @throws {RangeError} If a text holds what XML does not allow. */
export function formatUssList(ussList: readonly Uss[]): string {
  return formatXml(ussListOutput(ussList))
}

/**
 * The settings of a `guss` document that are wanted, as a `ussList` document, for Zn: each with all that stands in
 * it, for what is not known here may be known to the NAF.
 *
 * @returns `undefined` if there are none.
 * @throws {InvalidMessage} As `parseGuss`.
 */
export function selectUss(xml: string, isWanted: (uss: Uss) => boolean): string | undefined {
  const root = gussRootOf(xml)
  const list = child(root, 'ussList')
  const all = list === undefined ? [] : childrenOf(list, 'uss')
  const wanted = all.filter((uss) => isWanted(readUss(uss)))
  if (wanted.length === 0) return undefined
  const place = { home: root.namespace, namespace: '' }
  return formatXml({ name: 'ussList', children: wanted.map((uss) => copyElement(uss, place)) })
}

function readUssList(list: XmlElement): Uss[] {
  return childrenOf(list, 'uss').map(readUss)
}

function readUss(uss: XmlElement): Uss {
  const nafGroup = attribute(uss, 'nafGroup')
  const keyChoice = readKeyChoice(uss)
  return {
    gsid: parseNumber(attribute(uss, 'id'), 'uss id', MAX_UINT32),
    type: parseNumber(attribute(uss, 'type'), 'uss type', MAX_UINT32),
    ...(nafGroup === undefined ? {} : { nafGroup }),
    uids: leaves(uss, 'uids', 'uid'),
    flags: leaves(uss, 'flags', 'flag').map((flag) => parseNumber(flag, 'flag', MAX_UINT32)),
    ...(keyChoice === undefined ? {} : { keyChoice }),
  }
}

/**
 * Where the key choice stands in XML is from memory: in the `uss` or in its `extension`. Hyphens and
 * underscores are taken alike, another value counts as none.
 */
function readKeyChoice(uss: XmlElement): KeyChoice | undefined {
  const holders = [uss, ...uss.children.filter(({ name }) => name === 'extension')]
  const element = holders
    .flatMap(({ children }) => children)
    .find(({ name }) => name === 'keyChoice')
  const value = element?.text.trim().toUpperCase().replaceAll('-', '_')
  return KEY_CHOICES.find((choice) => choice === value)
}

function ussListOutput(ussList: readonly Uss[]): XmlOutput {
  return { name: 'ussList', children: ussList.map(ussOutput) }
}

function ussOutput({ gsid, type, nafGroup, uids, flags, keyChoice }: Uss): XmlOutput {
  return {
    name: 'uss',
    attributes: [
      ['id', String(gsid)],
      ['type', String(type)],
      ...(nafGroup === undefined ? [] : [['nafGroup', nafGroup] as const]),
    ],
    children: [
      { name: 'uids', children: uids.map((uid) => leaf('uid', uid)) },
      { name: 'flags', children: flags.map((flag) => leaf('flag', flag)) },
      ...(keyChoice === undefined ? [] : [leaf('keyChoice', keyChoice)]),
    ],
  }
}

function parseRoot(xml: string, name: string): XmlElement {
  const root = parseXml(utf8(xml), LIMITS)
  if (root.name !== name) throw new InvalidMessage('not the root element', name)
  return root
}

function parseUiccType(text: string): 'GBA' | 'GBA_U' {
  if (text !== 'GBA' && text !== 'GBA_U') throw new InvalidMessage('unknown value', 'uiccType')
  return text
}

function parseLifeTime(text: string): number {
  if (!/^\d{1,20}$/.test(text)) throw new InvalidMessage('not a number', 'lifeTime')
  const seconds = Number(text)
  if (seconds === 0) throw new InvalidMessage('zero', 'lifeTime')
  return Math.min(seconds, MAX_LIFETIME_SECONDS)
}

function parseNumber(text: string | undefined, field: string, max: number): number {
  const value = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= max)) throw new InvalidMessage('missing or not a number in range', field)
  return value
}

function leaf(name: string, value: string | number): XmlOutput {
  return { name, text: String(value) }
}

function leaves(parent: XmlElement, list: string, name: string): string[] {
  return childrenOf(parent, list)
    .flatMap((holder) => childrenOf(holder, name))
    .map(({ text }) => text.trim())
}

function childrenOf(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.filter(
    (element) => element.name === name && element.namespace === parent.namespace,
  )
}

function child(parent: XmlElement, name: string): XmlElement | undefined {
  const [found, ...others] = childrenOf(parent, name)
  if (others.length > 0) throw new InvalidMessage('doubled', name)
  return found
}

function textOf(parent: XmlElement, name: string): string | undefined {
  return child(parent, name)?.text.trim()
}

function attribute(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((found) => found.name === name && found.namespace === '')?.value
}
