/** Nbsp_GBA: Zn as JSON, both ways. TS 29.309 6.1, API 1.1.0-alpha.2 */
import { z } from 'zod'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { formatUssList, parseUssList } from '../gba/guss.ts'
import { formatXmlDateTime, parseXmlDateTime } from '../gba/xml-date-time.ts'
import type { ZnAnswer, ZnRequest } from '../gba/zn.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { parseImpi } from '../identity/impi.ts'
import { parseUaId } from '../identity/naf-id.ts'
import { fromHex, toHex, utf8 } from '../octets/octets.ts'
import {
  hexSchema,
  readUssListJson,
  uint32Schema,
  ussListJson,
  ussListSchema,
} from './common-schemas.ts'
import type { SbiResponse } from './exchange.ts'
import { JSON_MEDIA_TYPE, readJson } from './json.ts'
import { causeOf, problemResponse } from './problem-details.ts'
import { orFailed, PROBLEMS, type SbiRoute } from './routes.ts'

/** Path of the retrieval below apiRoot. */
export const BOOTSTRAPPING_INFO_PATH = '/nbsp-gba/v1/bootstrapping-info-retrieval'

const PUSH_INFO = /^\/nbsp-gba\/v1\/push-info-retrieval$/
const KEY_OCTETS = 32
const MAX_GSIDS = 1024

/** Causes are our own: the published API names none. */
const NOT_AUTHORIZED = { status: 403, title: 'Forbidden', cause: 'NOT_AUTHORIZED' }
const INVALID_BTID = { status: 404, title: 'Not Found', cause: 'TRANSACTION_IDENTIFIER_INVALID' }
/** The one of ours; absent, it is meant. TS 29.309 6.1.6.3 */
const GBA_TYPE = '3G_GBA'
const NO_PUSH = { status: 501, title: 'Not Implemented', cause: 'UNSPECIFIED_NF_FAILURE' }

const requestSchema = z.object({
  btId: z.string().max(1024),
  nafId: z.object({ nafFqdn: z.string(), uaSecProtId: hexSchema(5) }),
  gbaUAware: z.boolean().optional(),
  gsIds: z.array(uint32Schema).min(1).max(MAX_GSIDS).optional(),
})

const answerSchema = z.object({
  meKeyMaterial: hexSchema(KEY_OCTETS),
  uiccKeyMaterial: hexSchema(KEY_OCTETS).optional(),
  keyExpiryTime: z.string(),
  bootstrappingInfoCreationTime: z.string().optional(),
  ussList: ussListSchema.optional(),
  gbaType: z.string().optional(),
  impi: z.string().optional(),
})

/** BootstrappingInfoRequest as octets of JSON. TS 29.309 6.1.6.2 */
export function encodeBootstrappingInfoRequest(request: ZnRequest): Uint8Array {
  const { btid, nafId, gsids, gbaUAware } = request
  return utf8(
    JSON.stringify({
      btId: btid,
      nafId: { nafFqdn: nafId.nafFqdn, uaSecProtId: nafId.uaId },
      gbaUAware,
      ...(gsids.length === 0 ? {} : { gsIds: gsids }),
    }),
  )
}

/**
 * A B-TID that can be none is not known: `undefined`.
 *
 * @throws {InvalidMessage} Naming the property that cannot be read.
 * @see TS 29.309 6.1.6.2
 */
export function decodeBootstrappingInfoRequest(octets: Uint8Array): ZnRequest | undefined {
  const { btId, nafId, gbaUAware = false, gsIds: gsids = [] } = readJson(octets, requestSchema)
  const nafFqdn = parseFqdn(nafId.nafFqdn, 'nafId.nafFqdn')
  const uaId = parseUaId(nafId.uaSecProtId, 'nafId.uaSecProtId')
  try {
    return { btid: parseBtid(btId), nafId: { nafFqdn, uaId }, gsids, gbaUAware }
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}

/**
 * BootstrappingInfoResponse, or the problem in its place. TS 29.309 6.1.6.3
 *
 * @throws {InvalidMessage} If `ussList` of the answer cannot be read.
 */
export function bootstrappingInfoResponse(answer: ZnAnswer): SbiResponse {
  if (answer.outcome === 'not-authorized') return problemResponse(NOT_AUTHORIZED)
  if (answer.outcome === 'transaction-identifier-invalid') return problemResponse(INVALID_BTID)
  if (answer.outcome === 'unavailable') return problemResponse(PROBLEMS.unavailable)
  const { meKeyMaterial, uiccKeyMaterial, ussList } = answer
  const settings = ussList === undefined ? [] : parseUssList(ussList)
  const json = {
    meKeyMaterial: toHex(meKeyMaterial.reveal()),
    ...(uiccKeyMaterial && { uiccKeyMaterial: toHex(uiccKeyMaterial.reveal()) }),
    keyExpiryTime: formatXmlDateTime(answer.keyExpiresAtMs),
    bootstrappingInfoCreationTime: formatXmlDateTime(answer.bootstrappedAtMs),
    ...(settings.length === 0 ? {} : { ussList: ussListJson(settings) }),
    gbaType: GBA_TYPE,
    impi: answer.impi,
  }
  return { status: 200, contentType: JSON_MEDIA_TYPE, body: utf8(JSON.stringify(json)) }
}

/**
 * Everything that is no answer of TS 29.309 is `unavailable`; so are keys without an end, which the API allows.
 * Keys of 2G GBA and GBA_Digest are not good enough: docs/explanation/decisions/0054-only-gba-with-a-3g-card.md
 *
 * @param nowMs Stands for the creation time, which another BSF may leave out; UTC milliseconds.
 */
export function readBootstrappingInfoResponse(response: SbiResponse, nowMs: number): ZnAnswer {
  const { status, contentType, body } = response
  if (status === NOT_AUTHORIZED.status) return { outcome: 'not-authorized' }
  if (isUnknownBtid(response)) return { outcome: 'transaction-identifier-invalid' }
  if (status !== 200 || contentType !== JSON_MEDIA_TYPE) return { outcome: 'unavailable' }
  try {
    return decodeBootstrappingInfoResponse(body, nowMs)
  } catch (error) {
    if (error instanceof InvalidMessage) return { outcome: 'unavailable' }
    throw error
  }
}

/** Other BSFs have other causes, for none is published; a path that is not there says nothing of a B-TID. */
function isUnknownBtid(response: SbiResponse): boolean {
  const cause = causeOf(response)
  const { status } = INVALID_BTID
  return response.status === status && cause !== undefined && cause !== PROBLEMS.noResource.cause
}

function decodeBootstrappingInfoResponse(octets: Uint8Array, nowMs: number): ZnAnswer {
  const json = readJson(octets, answerSchema)
  const { uiccKeyMaterial, bootstrappingInfoCreationTime: created, ussList } = json
  if ((json.gbaType ?? GBA_TYPE) !== GBA_TYPE) return { outcome: 'not-authorized' }
  return {
    outcome: 'success',
    ...(json.impi === undefined ? {} : { impi: parseImpi(json.impi, 'impi') }),
    meKeyMaterial: Secret.of(fromHex(json.meKeyMaterial)),
    ...(uiccKeyMaterial && { uiccKeyMaterial: Secret.of(fromHex(uiccKeyMaterial)) }),
    keyExpiresAtMs: parseXmlDateTime(json.keyExpiryTime, 'keyExpiryTime'),
    bootstrappedAtMs:
      created === undefined
        ? Math.floor(nowMs / 1000) * 1000
        : parseXmlDateTime(created, 'bootstrappingInfoCreationTime'),
    ...(ussList && { ussList: formatUssList(readUssListJson(ussList)) }),
  }
}

/** A BSF, as far as a route needs it. @param nafNames What the NAF has proven to be; at least one. */
export type AnswerZn = (nafNames: readonly string[], request: ZnRequest) => Promise<ZnAnswer>

/** The operations of Nbsp_GBA. GBA Push is not done here: 501. TS 29.309 6.1.3 */
export function nbspGbaRoutes(answerZn: AnswerZn): readonly SbiRoute[] {
  return [
    {
      method: 'POST',
      path: new RegExp(`^${BOOTSTRAPPING_INFO_PATH}$`),
      accepts: [JSON_MEDIA_TYPE],
      optional: ['gbaUAware', 'gsIds'],
      async answer({ body, clientNames }) {
        const request = decodeBootstrappingInfoRequest(body)
        if (request === undefined) return problemResponse(INVALID_BTID)
        const answer = await answerZn(clientNames, request)
        return orFailed(() => bootstrappingInfoResponse(answer))
      },
    },
    { method: 'POST', path: PUSH_INFO, answer: async () => problemResponse(NO_PUSH) },
  ]
}
