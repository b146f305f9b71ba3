import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { parseXml } from '../xml/xml-reader.ts'
import { encodeXml } from '../xml/xml-writer.ts'
import { contentOfEnvelope, envelope, orFault, soapFault } from './soap.ts'

const parse = (octets: Uint8Array) => parseXml(octets, { maxOctets: 1000, maxDepth: 10 })
const NAMESPACE = 'http://schemas.xmlsoap.org/soap/envelope/'

test('what is in an envelope comes out of it', () => {
  const whole = parse(encodeXml(envelope({ name: 'a', text: 'b' })))
  expect(contentOfEnvelope(whole)).toMatchObject({ name: 'a', namespace: '', text: 'b' })
})

test.each([
  '<Envelope/>',
  `<a xmlns="${NAMESPACE}"/>`,
  '<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><a/></Body></Envelope>',
])('no envelope: %s', (xml) => {
  expect(contentOfEnvelope(parse(utf8(xml)))).toBeUndefined()
})

test.each(['', '<Body/>', '<Body><a/><b/></Body>', '<Body><a/></Body><Body><a/></Body>'])(
  'an envelope without one element: %j',
  (content) => {
    const whole = parse(utf8(`<Envelope xmlns="${NAMESPACE}">${content}</Envelope>`))
    expect(() => contentOfEnvelope(whole)).toThrow(InvalidMessage)
  },
)

test('what cannot be read is a fault, what is a fault of ours is thrown', () => {
  const fault = orFault(() => {
    throw new InvalidMessage('missing', 'nafid')
  })
  expect(fault).toEqual(soapFault('soap:Client', 'nafid: missing'))
  expect(fault).toMatchObject({ status: 500, contentType: 'text/xml' })
  expect(fromUtf8(soapFault('soap:Server', '<', { name: 'detail' }).body)).toContain(
    '<soap:Fault><faultcode>soap:Server</faultcode><faultstring>&lt;</faultstring><detail/></soap:Fault>',
  )
  expect(orFault(() => 1)).toBe(1)
  const broken = () => {
    throw new TypeError('ours')
  }
  expect(() => orFault(broken)).toThrow(TypeError)
})
