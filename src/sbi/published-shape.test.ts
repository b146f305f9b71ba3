/** What goes over Nbsp_GBA has the published shape: property names, required ones, and nothing more. TS 29.309 A.2 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fromUtf8 } from '../octets/octets.ts'
import { bootstrappingInfoResponse, encodeBootstrappingInfoRequest } from './nbsp-gba.ts'
import { ZN_REQUEST, ZN_SUCCESS } from './sbi.fixture.ts'

const file = join(import.meta.dirname, '../../test/vectors/nbsp-gba.schema.json')
const shapes = JSON.parse(readFileSync(file, 'utf8')) as Record<
  'request' | 'response',
  Parameters<typeof z.fromJSONSchema>[0]
>
const request = z.fromJSONSchema(shapes.request)
const response = z.fromJSONSchema(shapes.response)

const jsonOf = (octets: Uint8Array): Record<string, unknown> =>
  JSON.parse(fromUtf8(octets)) as Record<string, unknown>
const issuesOf = (schema: z.ZodType, json: unknown) => schema.safeParse(json).error?.issues ?? []

const USS =
  '<uss id="7" type="1" nafGroup="A"><uids/><flags/><keyChoice>ME_BASED_KEY</keyChoice></uss>'

describe('requests', () => {
  test.each([
    ['whole', ZN_REQUEST],
    ['without GSIDs', { ...ZN_REQUEST, gsids: [] }],
    ['without GBA_U', { ...ZN_REQUEST, gbaUAware: false }],
  ])('%s', (_name, asked) => {
    expect(issuesOf(request, jsonOf(encodeBootstrappingInfoRequest(asked)))).toEqual([])
  })
})

describe('responses', () => {
  const { uiccKeyMaterial: _, ussList: __, ...bare } = ZN_SUCCESS
  test.each([
    ['whole', ZN_SUCCESS],
    ['of GBA_ME, without USS', bare],
    [
      'with a USS that has a group and a key choice',
      { ...ZN_SUCCESS, ussList: `<ussList>${USS}</ussList>` },
    ],
    ['with an empty list', { ...ZN_SUCCESS, ussList: '<ussList/>' }],
  ])('%s', (_name, answer) => {
    const { status, body } = bootstrappingInfoResponse(answer)
    expect([status, issuesOf(response, jsonOf(body))]).toEqual([200, []])
  })
})

test('the shape refuses what is not published', () => {
  const asked = jsonOf(encodeBootstrappingInfoRequest(ZN_REQUEST))
  const { btId, ...without } = asked
  for (const wrong of [
    without,
    { ...without, btid: btId },
    { ...asked, gsids: [1] },
    { ...asked, gbaUAware: 'YES' },
    { ...asked, nafId: { nafFqdn: 'a.b', uaSecProtId: 'ff43' } },
  ]) {
    expect(issuesOf(request, wrong)).not.toEqual([])
  }
  const answered = jsonOf(bootstrappingInfoResponse(ZN_SUCCESS).body)
  for (const wrong of [
    { ...answered, meKeyMaterial: 'ab' },
    { ...answered, keyExpiryTime: '2026-01-01' },
    { ...answered, gbaType: '3G' },
    { ...answered, gbaUAware: true },
    { ...answered, ussList: [{ gsId: 1 }] },
  ]) {
    expect(issuesOf(response, wrong)).not.toEqual([])
  }
})
