/**
 * Zn as a web service: XML, bare or in a SOAP 1.1 envelope. TS 29.109 5.3, Annex D
 *
 * The request is that of public client code; much of the rest is from memory, and stands behind one
 * function or constant each, which says so.
 */
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { formatXmlDateTime, parseXmlDateTime } from '../gba/xml-date-time.ts'
import type { ZnAnswer, ZnRequest } from '../gba/zn.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseImpi } from '../identity/impi.ts'
import { decodeNafId, encodeNafId } from '../identity/naf-id.ts'
import { fromBase64, toBase64, utf8 } from '../octets/octets.ts'
import { copyElement } from '../xml/copy-element.ts'
import { parseXml, type XmlElement } from '../xml/xml-reader.ts'
import { encodeXml, formatXml, type XmlOutput } from '../xml/xml-writer.ts'
import type { SbiResponse } from './exchange.ts'
import type { AnswerZn } from './nbsp-gba.ts'
import { orFailed, type SbiRoute } from './routes.ts'
import {
  contentOfEnvelope,
  envelope,
  isEnvelope,
  orFault,
  soapFault,
  WEB_SERVICE_MEDIA_TYPE,
  xmlResponse,
} from './soap.ts'

/** Path of the operation, which a public client posts to. */
export const WEB_SERVICE_PATH = '/requestBootstrappingInfo'
/** Namespace of public client code; it is the one that is written. */
export const GBA_SERVICE_NAMESPACE = 'http://www.3gpp.org/GBAService'

/** XML in an envelope has the first type; bare, others may call it by the second. */
const READ_MEDIA_TYPES: readonly string[] = [WEB_SERVICE_MEDIA_TYPE, 'application/xml']
const REQUEST = 'requestBootstrappingInfoRequest'
/** Others' XML tools may write a byte order mark. */
const LIMITS = { maxOctets: 131_072, maxDepth: 16, byteOrderMark: 'ignored' } as const
const KEY_OCTETS = 32
const MAX_UINT32 = 0xffff_ffff
const MAX_GSIDS = 1024

/** How a message was put: it is answered in the same way. */
export interface WebServiceForm {
  readonly envelope: boolean
  readonly namespace: string
}

/**
 * Whether a namespace is one of the service. The second one is from a field report on a BSF of an
 * operator, which may have had a suffix.
 */
function isServiceNamespace(namespace: string): boolean {
  return namespace === GBA_SERVICE_NAMESPACE || namespace.startsWith('urn:3gpp:gba:GBAService')
}

/** Name of the answer's root element: from memory. TS 29.109 Annex D */
function responseName(): string {
  return 'requestBootstrappingInfoResponse'
}

/** Code and text of a fault; that there is such an element at all is from memory. TS 29.109 Annex D */
const FAULTS = {
  'not-authorized': ['5402', 'DIAMETER_ERROR_NOT_AUTHORIZED'],
  'transaction-identifier-invalid': ['5403', 'DIAMETER_ERROR_TRANSACTION_IDENTIFIER_INVALID'],
  unavailable: ['3004', 'DIAMETER_TOO_BUSY'],
} as const

/** A request. TS 29.109 D.2 */
export function encodeWebServiceRequest(request: ZnRequest, form: WebServiceForm): Uint8Array {
  const { btid, nafId, gsids, gbaUAware } = request
  const children = [
    leaf('btid', btid),
    leaf('nafid', toBase64(encodeNafId(nafId))),
    ...gsids.map((gsid) => leaf('gsid', String(gsid))),
    leaf('gbaUAware', String(gbaUAware)),
  ]
  return encodeXml(enclosed(REQUEST, children, form))
}

/**
 * A request and how it was put. A B-TID that can be none is not known: `undefined`.
 *
 * @throws {InvalidMessage} Naming the element that is missing, doubled or cannot be read.
 */
export function decodeWebServiceRequest(octets: Uint8Array): {
  readonly request: ZnRequest | undefined
  readonly form: WebServiceForm
} {
  return readRequest(parseXml(octets, LIMITS))
}

function readRequest(whole: XmlElement) {
  const { root, form } = opened(whole)
  return { request: requestIn(root), form }
}

function requestIn(root: XmlElement): ZnRequest | undefined {
  if (root.name !== REQUEST) throw new InvalidMessage('not the operation', REQUEST)
  const btId = required(root, 'btid')
  const nafId = decodeNafId(readBase64(required(root, 'nafid'), 'nafid'))
  const gsids = all(root, 'gsid').map(readGsid)
  if (gsids.length > MAX_GSIDS) throw new InvalidMessage('too many', 'gsid')
  const gbaUAware = readBoolean(optional(root, 'gbaUAware') ?? 'false')
  try {
    return { btid: parseBtid(btId), nafId, gsids, gbaUAware }
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}

/**
 * The answer in the form of its request. The key is the second element, where a public client looks
 * for it; names and order of the others are from memory. TS 29.109 D.2
 *
 * @throws {InvalidMessage} If `ussList` of the answer cannot be read.
 */
export function webServiceResponse(answer: ZnAnswer, form: WebServiceForm): SbiResponse {
  if (answer.outcome !== 'success') return fault(answer.outcome, form)
  const { impi, uiccKeyMaterial, ussList } = answer
  const children = [
    // A client that counts the elements finds the key in its place even then.
    leaf('impi', impi ?? ''),
    leaf('meKeyMaterial', toBase64(answer.meKeyMaterial.reveal())),
    ...(uiccKeyMaterial ? [leaf('uiccKeyMaterial', toBase64(uiccKeyMaterial.reveal()))] : []),
    leaf('keyExpiryTime', formatXmlDateTime(answer.keyExpiresAtMs)),
    leaf('bootstrappingInfoCreationTime', formatXmlDateTime(answer.bootstrappedAtMs)),
    leaf('gbaType', '3G'),
    ...(ussList === undefined ? [] : [moved(parseXml(utf8(ussList), LIMITS), form.namespace)]),
  ]
  return xmlResponse(200, enclosed(responseName(), children, form))
}

/**
 * Everything that is no answer of TS 29.109 is `unavailable`.
 *
 * @param nowMs Stands for the creation time, which another BSF may leave out; UTC milliseconds.
 */
export function readWebServiceResponse(response: SbiResponse, nowMs: number): ZnAnswer {
  if (!READ_MEDIA_TYPES.includes(response.contentType)) return { outcome: 'unavailable' }
  try {
    const whole = parseXml(response.body, LIMITS)
    const code = faultCode(whole)
    if (code === FAULTS['not-authorized'][0]) return { outcome: 'not-authorized' }
    if (code === FAULTS['transaction-identifier-invalid'][0]) {
      return { outcome: 'transaction-identifier-invalid' }
    }
    if (response.status !== 200) return { outcome: 'unavailable' }
    return readSuccess(opened(parseXml(response.body, LIMITS)).root, nowMs)
  } catch (error) {
    if (error instanceof InvalidMessage) return { outcome: 'unavailable' }
    throw error
  }
}

function readSuccess(root: XmlElement, nowMs: number): ZnAnswer {
  if (root.name !== responseName()) throw new InvalidMessage('not the answer', root.name)
  // As it is written is from memory; docs/explanation/decisions/0054-only-gba-with-a-3g-card.md
  if (!/^(?:3G|$)/.test(optional(root, 'gbaType') ?? '')) return { outcome: 'not-authorized' }
  const impi = optional(root, 'impi')
  const uiccKeyMaterial = optional(root, 'uiccKeyMaterial')
  const created = optional(root, 'bootstrappingInfoCreationTime')
  const [ussList] = all(root, 'ussList')
  return {
    outcome: 'success',
    ...(impi ? { impi: parseImpi(impi, 'impi') } : {}),
    meKeyMaterial: readKey(required(root, 'meKeyMaterial')),
    ...(uiccKeyMaterial === undefined ? {} : { uiccKeyMaterial: readKey(uiccKeyMaterial) }),
    keyExpiresAtMs: parseXmlDateTime(required(root, 'keyExpiryTime'), 'keyExpiryTime'),
    bootstrappedAtMs:
      created === undefined
        ? Math.floor(nowMs / 1000) * 1000
        : parseXmlDateTime(created, 'bootstrappingInfoCreationTime'),
    ...(ussList === undefined ? {} : { ussList: formatXml(moved(ussList, '')) }),
  }
}

/** A fault: from memory, but that the codes are those of Diameter. TS 29.109 Annex D */
function fault(outcome: keyof typeof FAULTS, form: WebServiceForm): SbiResponse {
  const [code, text] = FAULTS[outcome]
  const name = 'requestBootstrappingInfoFault'
  const detail: XmlOutput = {
    name,
    attributes: [['xmlns', form.namespace]],
    children: [leaf('errorCode', code), leaf('errorText', text)],
  }
  if (!form.envelope) return xmlResponse(500, detail)
  const faultCode = outcome === 'unavailable' ? 'soap:Server' : 'soap:Client'
  return soapFault(faultCode, text, { name: 'detail', children: [detail] })
}

/** The inverse of `fault`, wherever the code stands. */
function faultCode(element: XmlElement): string | undefined {
  if (element.name === 'errorCode' && isServiceNamespace(element.namespace)) {
    return element.text.trim()
  }
  for (const child of element.children) {
    const code = faultCode(child)
    if (code !== undefined) return code
  }
  return undefined
}

function opened(whole: XmlElement): { readonly root: XmlElement; readonly form: WebServiceForm } {
  const content = contentOfEnvelope(whole)
  const root = content ?? whole
  if (!isServiceNamespace(root.namespace)) throw new InvalidMessage('another namespace', REQUEST)
  return { root, form: { envelope: content !== undefined, namespace: root.namespace } }
}

function enclosed(name: string, children: readonly XmlOutput[], form: WebServiceForm): XmlOutput {
  const element: XmlOutput = { name, attributes: [['xmlns', form.namespace]], children }
  return form.envelope ? envelope(element) : element
}

/** Settings take the namespace of their new place, but for extensions in others. */
function moved(ussList: XmlElement, namespace: string): XmlOutput {
  return copyElement(ussList, { home: ussList.namespace, namespace })
}

function leaf(name: string, text: string): XmlOutput {
  return { name, text }
}

function all(root: XmlElement, name: string): readonly XmlElement[] {
  return root.children.filter((child) => child.name === name && child.namespace === root.namespace)
}

function optional(root: XmlElement, name: string): string | undefined {
  const [found, ...others] = all(root, name)
  if (others.length > 0) throw new InvalidMessage('doubled', name)
  return found?.text.trim()
}

function required(root: XmlElement, name: string): string {
  const text = optional(root, name)
  if (text === undefined) throw new InvalidMessage('missing', name)
  return text
}

function readGsid({ text }: XmlElement): number {
  const gsid = /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : Number.NaN
  if (!(gsid <= MAX_UINT32)) throw new InvalidMessage('not a number in range', 'gsid')
  return gsid
}

/** xs:boolean, and in any case, because a public client writes `True`. */
function readBoolean(text: string): boolean {
  const value = { true: true, '1': true, false: false, '0': false }[text.toLowerCase()]
  if (value === undefined) throw new InvalidMessage('neither true nor false', 'gbaUAware')
  return value
}

/** xs:base64Binary, which may be broken into lines: others' tools do that. XML Schema 2 3.2.16 */
function readBase64(text: string, field: string): Uint8Array {
  return fromBase64(text.replaceAll(/[ \t\r\n]/g, ''), field)
}

function readKey(text: string): Secret {
  const octets = readBase64(text, 'key material')
  if (octets.length !== KEY_OCTETS) throw new InvalidMessage('not 32 octets', 'key material')
  return Secret.of(octets)
}

/** The one operation, at every path that ends in its name. TS 29.109 5.3 */
export function znWebServiceRoutes(answerZn: AnswerZn): readonly SbiRoute[] {
  return [
    {
      method: 'POST',
      path: new RegExp(`${WEB_SERVICE_PATH}$`),
      accepts: READ_MEDIA_TYPES,
      optional: ['gbaUAware', 'gsid'],
      async answer({ body, clientNames }) {
        const whole = parseXml(body, LIMITS)
        const read = isEnvelope(whole) ? orFault(() => readRequest(whole)) : readRequest(whole)
        if ('status' in read) return read
        const { request, form } = read
        const answer =
          request === undefined
            ? ({ outcome: 'transaction-identifier-invalid' } as const)
            : await answerZn(clientNames, request)
        return orFailed(() => webServiceResponse(answer, form))
      },
    },
  ]
}
