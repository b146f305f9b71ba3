import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { answerRequest } from './routes.ts'
import { ZN_REQUEST, ZN_SUCCESS } from './sbi.fixture.ts'
import {
  decodeWebServiceRequest,
  encodeWebServiceRequest,
  GBA_SERVICE_NAMESPACE,
  readWebServiceResponse,
  webServiceResponse,
  znWebServiceRoutes,
} from './zn-web-service.ts'

const BARE = { envelope: false, namespace: GBA_SERVICE_NAMESPACE }
const SOAP = { envelope: true, namespace: 'urn:3gpp:gba:GBAService' }
const TEXT = fromUtf8(encodeWebServiceRequest(ZN_REQUEST, BARE))

describe.each([BARE, SOAP])('envelope $envelope', (form) => {
  test('a request comes back with its form', () => {
    const decoded = decodeWebServiceRequest(encodeWebServiceRequest(ZN_REQUEST, form))
    expect(decoded).toEqual({ request: ZN_REQUEST, form })
  })

  test.each([
    ZN_SUCCESS,
    { outcome: 'not-authorized' },
    { outcome: 'transaction-identifier-invalid' },
    { outcome: 'unavailable' },
  ] as const)('$outcome comes back', (answer) => {
    const response = webServiceResponse(answer, form)
    expect(response.status).toBe(answer.outcome === 'success' ? 200 : 500)
    expect(fromUtf8(response.body)).toContain(form.namespace)
    expect(readWebServiceResponse(response, 0)).toEqual(answer)
  })
})

test('the request of a public client, whose key is the second element', async () => {
  const body = utf8(TEXT.replace('>true<', '>True<'))
  const request = { method: 'POST', path: '/x/requestBootstrappingInfo', body }
  const answer = await answerRequest(
    znWebServiceRoutes(async () => ZN_SUCCESS),
    { ...request, contentType: 'text/xml' },
    ['naf'],
  )
  expect(fromUtf8(answer.body)).toMatch(/^<\w+ xmlns="[^"]+"><impi>[^<]+<\/impi><meKeyMaterial>/)
})

test('a BSF may keep the name of the subscriber to itself; the key stays the second element', () => {
  const { impi: _, ...unnamed } = ZN_SUCCESS
  const response = webServiceResponse(unnamed, SOAP)
  expect(fromUtf8(response.body)).toMatch(/<impi(?:\/>|><\/impi>)<meKeyMaterial>/)
  expect(readWebServiceResponse(response, 0)).toEqual(unnamed)
  const body = utf8(fromUtf8(response.body).replace(/<impi(?:\/>|><\/impi>)/, ''))
  expect(readWebServiceResponse({ ...response, body }, 0)).toEqual(unnamed)
})

test('settings with elements of another namespace come back with them', () => {
  const ussList = '<ussList><uss id="1" type="0"><own xmlns="urn:x">1</own></uss></ussList>'
  const response = webServiceResponse({ ...ZN_SUCCESS, ussList }, SOAP)
  expect(fromUtf8(response.body)).toContain(ussList)
  expect(readWebServiceResponse(response, 0)).toMatchObject({ ussList })
})

test.each([
  ['<gbaType>3G</gbaType>', 'success'],
  ['<gbaType>3G_GBA</gbaType>', 'success'],
  ['', 'success'],
  ['<gbaType>2G</gbaType>', 'not-authorized'],
  ['<gbaType>GBA_Digest</gbaType>', 'not-authorized'],
])('keys with %j: %s', (gbaType, outcome) => {
  const response = webServiceResponse(ZN_SUCCESS, SOAP)
  const body = utf8(fromUtf8(response.body).replace('<gbaType>3G</gbaType>', gbaType))
  expect(readWebServiceResponse({ ...response, body }, 0).outcome).toBe(outcome)
})

test.each([
  ['is none with another status', {}, { status: 201 }],
  ['is none of another media type', {}, { contentType: 'text/html' }],
  ['is none with a key of 31 octets', { meKeyMaterial: Secret.of(new Uint8Array(31)) }, {}],
])('an answer %s', (_, answer, change) => {
  const response = webServiceResponse({ ...ZN_SUCCESS, ...answer }, SOAP)
  expect(readWebServiceResponse({ ...response, ...change }, 0)).toEqual({ outcome: 'unavailable' })
})

test('another BSF may call its answer application/xml', () => {
  const response = { ...webServiceResponse(ZN_SUCCESS, BARE), contentType: 'application/xml' }
  expect(readWebServiceResponse(response, 0)).toEqual(ZN_SUCCESS)
})

test('base64 may be broken into lines', () => {
  const broken = (octets: Uint8Array, name: string): Uint8Array => {
    const inside = new RegExp(`(<${name}>.{10})(.*)(</${name}>)`)
    const text = fromUtf8(octets).replace(inside, '$1\n  $2\r\n$3')
    expect(text).not.toBe(fromUtf8(octets))
    return utf8(text)
  }
  const request = broken(encodeWebServiceRequest(ZN_REQUEST, SOAP), 'nafid')
  expect(decodeWebServiceRequest(request).request).toEqual(ZN_REQUEST)
  const response = webServiceResponse(ZN_SUCCESS, SOAP)
  const body = broken(broken(response.body, 'meKeyMaterial'), 'uiccKeyMaterial')
  expect(readWebServiceResponse({ ...response, body }, 0)).toEqual(ZN_SUCCESS)
})

test('elements of other namespaces say nothing', () => {
  const other = '<errorCode xmlns="urn:x">5403</errorCode><impi xmlns="urn:x">x</impi>'
  const response = webServiceResponse(ZN_SUCCESS, SOAP)
  const body = utf8(fromUtf8(response.body).replace('<gbaType>', `${other}<gbaType>`))
  expect(readWebServiceResponse({ ...response, body }, 0)).toEqual(ZN_SUCCESS)
})

describe('bad requests', () => {
  test.each([
    ['bare: a problem document', '', 400, 'application/problem+json', '"param":"nafid"'],
    ['in an envelope: a fault', 'soap', 500, 'text/xml', '<faultcode>soap:Client</faultcode>'],
  ])('%s', async (_, form, status, contentType, part) => {
    const text = TEXT.replace(/<nafid>.*<\/nafid>/, '')
    const namespace = 'http://schemas.xmlsoap.org/soap/envelope/'
    const wrapped = `<e:Envelope xmlns:e="${namespace}"><e:Body>${text}</e:Body></e:Envelope>`
    const answer = await answerRequest(
      znWebServiceRoutes(() => Promise.reject(new Error('asked'))),
      {
        method: 'POST',
        path: '/requestBootstrappingInfo',
        contentType: 'text/xml',
        body: utf8(form === '' ? text : wrapped),
      },
      ['naf'],
    )
    expect(answer).toMatchObject({ status, contentType })
    expect(fromUtf8(answer.body)).toContain(part)
    expect(fromUtf8(answer.body)).toContain('missing')
  })

  test.each([
    ['no body', '', 'Body: not one element'],
    ['two elements', `<e:Body>${TEXT}${TEXT}</e:Body>`, 'Body: not one element'],
    [
      'another namespace',
      `<e:Body>${TEXT.replace('GBAService', 'Other')}</e:Body>`,
      'another name',
    ],
  ])('an envelope with %s is a fault too', async (_name, inside, reason) => {
    const namespace = 'http://schemas.xmlsoap.org/soap/envelope/'
    const answer = await answerRequest(
      znWebServiceRoutes(() => Promise.reject(new Error('asked'))),
      {
        method: 'POST',
        path: '/requestBootstrappingInfo',
        contentType: 'text/xml',
        body: utf8(`<e:Envelope xmlns:e="${namespace}">${inside}</e:Envelope>`),
      },
      ['naf'],
    )
    expect(answer).toMatchObject({ status: 500, contentType: 'text/xml' })
    expect(fromUtf8(answer.body)).toContain('<faultcode>soap:Client</faultcode>')
    expect(fromUtf8(answer.body)).toContain(reason)
  })

  test.each([
    ['another operation', TEXT.replaceAll('requestBootstrappingInfoRequest', 'other')],
    ['another namespace', TEXT.replace('GBAService', 'Other')],
    ['no btid', TEXT.replace(/<btid>.*<\/btid>/, '')],
    ['two btid', TEXT.replace(/(<btid>.*<\/btid>)/, '$1$1')],
    ['no nafid', TEXT.replace(/<nafid>.*<\/nafid>/, '')],
    ['nafid of another kind', TEXT.replace(/<nafid>.*<\/nafid>/, '<nafid>AAAA</nafid>')],
    ['too many gsid', TEXT.replace('<gsid>', `${'<gsid>1</gsid>'.repeat(1024)}<gsid>`)],
    ['gsid out of range', TEXT.replace('4294967295', '4294967296')],
    ['gbaUAware neither true nor false', TEXT.replace('>true<', '>maybe<')],
    ['a DTD', `<!DOCTYPE x>${TEXT}`],
    ['an empty body', ''],
  ])('%s', (_, text) => {
    expect(() => decodeWebServiceRequest(utf8(text))).toThrow(InvalidMessage)
  })

  test('cut anywhere', () => {
    const octets = encodeWebServiceRequest(ZN_REQUEST, SOAP)
    for (let length = 0; length < octets.length; length++) {
      expect(() => decodeWebServiceRequest(octets.subarray(0, length))).toThrow(InvalidMessage)
    }
  })

  test('what is no B-TID is not known', () => {
    const text = TEXT.replace(ZN_REQUEST.btid, 'none')
    expect(decodeWebServiceRequest(utf8(text)).request).toBeUndefined()
  })
})
