import { describe, expect, test } from 'vitest'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import {
  bootstrappingInfoResponse,
  decodeBootstrappingInfoRequest,
  encodeBootstrappingInfoRequest,
  nbspGbaRoutes,
  readBootstrappingInfoResponse,
} from './nbsp-gba.ts'
import { causeOf, PROBLEM_MEDIA_TYPE } from './problem-details.ts'
import { answerRequest } from './routes.ts'
import { ZN_REQUEST, ZN_SUCCESS } from './sbi.fixture.ts'

const OCTETS = encodeBootstrappingInfoRequest(ZN_REQUEST)
const JSON_REQUEST = JSON.parse(fromUtf8(OCTETS))

function post(body: Uint8Array, path = 'bootstrapping-info-retrieval') {
  const contentType = 'application/json'
  const request = { method: 'POST', path: `/nbsp-gba/v1/${path}`, contentType, body }
  return answerRequest(
    nbspGbaRoutes(async () => ZN_SUCCESS),
    request,
    ['naf'],
  )
}

test('the request has exactly the published names, and comes back', () => {
  expect(JSON_REQUEST).toEqual({
    btId: ZN_REQUEST.btid,
    nafId: { nafFqdn: ZN_REQUEST.nafId.nafFqdn, uaSecProtId: 'ff43504e53' },
    gbaUAware: true,
    gsIds: [0, 4_294_967_295],
  })
  expect(decodeBootstrappingInfoRequest(OCTETS)).toEqual(ZN_REQUEST)
})

describe('bad requests', () => {
  test.each([
    ['btId', undefined, 'MANDATORY_IE_MISSING'],
    ['btId', 1, 'MANDATORY_IE_INCORRECT'],
    ['btId', 'x'.repeat(1025), 'MANDATORY_IE_INCORRECT'],
    ['nafId', undefined, 'MANDATORY_IE_MISSING'],
    ['nafId', { nafFqdn: 'naf.example.org' }, 'MANDATORY_IE_MISSING'],
    ['nafId', { nafFqdn: '127.0.0.1', uaSecProtId: 'ff43504e53' }, 'MANDATORY_IE_INCORRECT'],
    ['nafId', { nafFqdn: 'naf.example.org', uaSecProtId: 'ff' }, 'MANDATORY_IE_INCORRECT'],
    ['gbaUAware', 'true', 'OPTIONAL_IE_INCORRECT'],
    ['gsIds', [], 'OPTIONAL_IE_INCORRECT'],
    ['gsIds', [-1], 'OPTIONAL_IE_INCORRECT'],
    ['gsIds', Array.from({ length: 1025 }, () => 1), 'OPTIONAL_IE_INCORRECT'],
  ])('%s: %.20s', async (name, value, cause) => {
    const answer = await post(utf8(JSON.stringify({ ...JSON_REQUEST, [name]: value })))
    expect([answer.status, causeOf(answer)]).toEqual([400, cause])
  })

  test('cut anywhere, with octets after it, or a property twice', async () => {
    for (let length = 0; length < OCTETS.length; length++) {
      expect(causeOf(await post(OCTETS.subarray(0, length)))).toBe('INVALID_MSG_FORMAT')
    }
    const text = fromUtf8(OCTETS)
    for (const bad of [`${text}x`, text.replace('{', '{"btId":"x",')]) {
      expect(causeOf(await post(utf8(bad)))).toBe('INVALID_MSG_FORMAT')
    }
  })

  test('what is no B-TID is not known; push is not done here', async () => {
    const answer = await post(utf8(JSON.stringify({ ...JSON_REQUEST, btId: 'none' })))
    expect([answer.status, causeOf(answer)]).toEqual([404, 'TRANSACTION_IDENTIFIER_INVALID'])
    expect((await post(OCTETS, 'push-info-retrieval')).status).toBe(501)
  })
})

describe('answers', () => {
  test.each([
    ZN_SUCCESS,
    { outcome: 'not-authorized' },
    { outcome: 'transaction-identifier-invalid' },
    { outcome: 'unavailable' },
  ] as const)('$outcome comes back', (answer) => {
    const read = readBootstrappingInfoResponse(bootstrappingInfoResponse(answer), 0)
    expect(read).toEqual(answer)
  })

  test.each([
    ['CONTEXT_NOT_FOUND', 404, 'transaction-identifier-invalid'],
    ['RESOURCE_URI_STRUCTURE_NOT_FOUND', 404, 'unavailable'],
    [undefined, 404, 'unavailable'],
    ['CONTEXT_NOT_FOUND', 400, 'unavailable'],
  ])('another BSF says %s with %i: %s', (cause, status, outcome) => {
    const body = utf8(JSON.stringify({ status, title: 'Not Found', cause }))
    const response = { status, contentType: PROBLEM_MEDIA_TYPE, body }
    expect(readBootstrappingInfoResponse(response, 0)).toEqual({ outcome })
  })

  test('a BSF may keep the name of the subscriber to itself', () => {
    const { impi: _, ...unnamed } = ZN_SUCCESS
    const response = bootstrappingInfoResponse(unnamed)
    expect(JSON.parse(fromUtf8(response.body))).not.toHaveProperty('impi')
    expect(readBootstrappingInfoResponse(response, 0)).toEqual(unnamed)
  })

  test.each([
    ['3G_GBA', 'success'],
    [undefined, 'success'],
    ['2G_GBA', 'not-authorized'],
    ['GBA_DIGEST', 'not-authorized'],
  ])('keys of gbaType %s: %s', (gbaType, outcome) => {
    const response = bootstrappingInfoResponse(ZN_SUCCESS)
    const json = JSON.parse(fromUtf8(response.body))
    const body = utf8(JSON.stringify({ ...json, gbaType }))
    expect(readBootstrappingInfoResponse({ ...response, body }, 0).outcome).toBe(outcome)
  })

  test('keys without an end, of another length, or of a wrong path are none', () => {
    const response = bootstrappingInfoResponse(ZN_SUCCESS)
    const json = JSON.parse(fromUtf8(response.body))
    for (const change of [{ impi: 'x' }, { keyExpiryTime: 'x' }, { meKeyMaterial: 'ff' }]) {
      const body = utf8(JSON.stringify({ ...json, ...change }))
      expect(readBootstrappingInfoResponse({ ...response, body }, 0).outcome).toBe('unavailable')
    }
    const page = { ...response, contentType: 'text/html' }
    expect(readBootstrappingInfoResponse(page, 0).outcome).toBe('unavailable')
    const notFound = { status: 404, contentType: 'text/html', body: utf8('') }
    expect(readBootstrappingInfoResponse(notFound, 0).outcome).toBe('unavailable')
    const body = utf8(JSON.stringify({ ...json, bootstrappingInfoCreationTime: undefined }))
    expect(readBootstrappingInfoResponse({ ...response, body }, 1999)).toMatchObject({
      bootstrappedAtMs: 1000,
    })
  })
})
