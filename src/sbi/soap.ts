/** SOAP 1.1, as far as the web service of Zn needs it: envelopes and faults. SOAP 1.1 4, 6 */
import { InvalidMessage } from '../errors/errors.ts'
import type { XmlElement } from '../xml/xml-reader.ts'
import { encodeXml, type XmlOutput } from '../xml/xml-writer.ts'
import type { SbiResponse } from './exchange.ts'

/** Media type of the web service, in an envelope and without. SOAP 1.1 6 */
export const WEB_SERVICE_MEDIA_TYPE = 'text/xml'

const NAMESPACE = 'http://schemas.xmlsoap.org/soap/envelope/'

/** Whether whoever wrote this speaks SOAP 1.1, and is to be told in SOAP what is wrong. */
export function isEnvelope({ name, namespace }: XmlElement): boolean {
  return name === 'Envelope' && namespace === NAMESPACE
}

/**
 * The one element in the body of an envelope; `undefined` if this is none.
 *
 * @throws {InvalidMessage} If the envelope has not one element.
 */
export function contentOfEnvelope(whole: XmlElement): XmlElement | undefined {
  if (!isEnvelope(whole)) return undefined
  const [body, ...others] = whole.children.filter(({ name }) => name === 'Body')
  const [content, ...more] = body?.children ?? []
  if (content === undefined || others.length + more.length > 0) {
    throw new InvalidMessage('not one element', 'Body')
  }
  return content
}

/** An envelope around one element. SOAP 1.1 4.1 */
export function envelope(content: XmlOutput): XmlOutput {
  const children = [{ name: 'soap:Body', children: [content] }]
  return { name: 'soap:Envelope', attributes: [['xmlns:soap', NAMESPACE]], children }
}

/** An answer in XML. */
export function xmlResponse(status: number, element: XmlOutput): SbiResponse {
  return { status, contentType: WEB_SERVICE_MEDIA_TYPE, body: encodeXml(element) }
}

/** SOAP 1.1 4.4, 6.2 */
export function soapFault(
  code: 'soap:Server' | 'soap:Client',
  text: string,
  ...detail: readonly XmlOutput[]
): SbiResponse {
  const children = [{ name: 'faultcode', text: code }, { name: 'faultstring', text }, ...detail]
  return xmlResponse(500, envelope({ name: 'soap:Fault', children }))
}

/** Whoever speaks SOAP is told in SOAP what is wrong with its request. SOAP 1.1 4.4.1 */
export function orFault<Value>(read: () => Value): Value | SbiResponse {
  try {
    return read()
  } catch (error) {
    if (error instanceof InvalidMessage) return soapFault('soap:Client', error.message)
    throw error
  }
}
