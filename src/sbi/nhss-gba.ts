/** Nhss_gbaUEAU and Nhss_gbaSDM: Zh as JSON, both ways. TS 29.562 6.3, 6.4, API 1.1.0-alpha.1 */
import { z } from 'zod'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { formatGuss, type Guss, MAX_LIFETIME_SECONDS, parseGuss } from '../gba/guss.ts'
import type { ZhAnswer, ZhRequest } from '../gba/zh.ts'
import type { Impi } from '../identity/impi.ts'
import { fromHex, toHex, utf8 } from '../octets/octets.ts'
import { hexSchema, readUssListJson, ussListJson, ussListSchema } from './common-schemas.ts'
import type { SbiResponse } from './exchange.ts'
import { JSON_MEDIA_TYPE, readJson } from './json.ts'
import { causeOf, problemResponse } from './problem-details.ts'
import { orFailed, PROBLEMS, type SbiRoute } from './routes.ts'
import { formatUeId, parseUeId } from './ue-id.ts'

const AUTH_DATA = /^\/nhss-gba-ueau\/v1\/([^/]+)\/security-information\/generate-auth-data$/
const SUBSCRIBER_DATA = /^\/nhss-gba-sdm\/v1\/([^/]+)\/subscriber-data$/
const SUBSCRIPTIONS = /^\/nhss-gba-sdm\/v1\/([^/]+)\/subscriptions$/

const USER_NOT_FOUND = { status: 404, title: 'Not Found', cause: 'USER_NOT_FOUND' }
/** That this is the answer to AUTS that does not verify is our own choice. */
const AUTS_REFUSED = { status: 403, title: 'Forbidden', cause: 'AUTHENTICATION_REJECTED' }
const NOT_DONE = { status: 501, title: 'Not Implemented', cause: 'UNSPECIFIED_NF_FAILURE' }

const AKA = 'DIGEST_AKAV1_MD5'

const requestSchema = z.object({
  authenticationScheme: z.string().max(64).optional(),
  resynchronizationInfo: z.object({ rand: hexSchema(16), auts: hexSchema(14) }).optional(),
})

const resultSchema = z.object({
  impi: z.string().optional(),
  '3gAkaAv': z.object({
    rand: hexSchema(16),
    xres: hexSchema(4, 16),
    autn: hexSchema(16),
    ck: hexSchema(16),
    ik: hexSchema(16),
  }),
})

const subscriberDataSchema = z.object({
  guss: z
    .object({
      bsfInfo: z
        .object({
          uiccType: z.enum(['GBA', 'GBA_U']).optional(),
          /** As in XML: a longer one is read as the longest. */
          lifeTime: z
            .int()
            .min(1)
            .transform((seconds) => Math.min(seconds, MAX_LIFETIME_SECONDS))
            .optional(),
        })
        .optional(),
      ussList: ussListSchema.optional(),
    })
    .optional(),
})

/** Path of generate-auth-data below apiRoot. */
export function authDataPath(impi: Impi): string {
  return `/nhss-gba-ueau/v1/${formatUeId(impi)}/security-information/generate-auth-data`
}

/** Path of subscriber-data below apiRoot. */
export function subscriberDataPath(impi: Impi): string {
  return `/nhss-gba-sdm/v1/${formatUeId(impi)}/subscriber-data`
}

/** AuthenticationInfoRequest as octets of JSON. TS 29.562 6.3.6 */
export function encodeAuthDataRequest({ resynchronization }: ZhRequest): Uint8Array {
  const resynchronizationInfo = resynchronization && {
    rand: toHex(resynchronization.rand),
    auts: toHex(resynchronization.auts),
  }
  return utf8(JSON.stringify({ authenticationScheme: AKA, resynchronizationInfo }))
}

/**
 * @param impi Of the path. A scheme that is not AKA is `undefined`: it is not done here.
 * @throws {InvalidMessage} Naming the property that cannot be read.
 */
export function decodeAuthDataRequest(octets: Uint8Array, impi: Impi): ZhRequest | undefined {
  const { authenticationScheme = AKA, resynchronizationInfo: info } = readJson(
    octets,
    requestSchema,
  )
  if (authenticationScheme !== AKA) return undefined
  if (info === undefined) return { impi }
  return { impi, resynchronization: { rand: fromHex(info.rand), auts: fromHex(info.auts) } }
}

/** AuthenticationInfoResult, or the problem in its place. The GUSS goes another way. TS 29.562 6.3.6 */
export function authDataResponse(answer: ZhAnswer): SbiResponse {
  if (answer.outcome === 'identity-unknown') return problemResponse(USER_NOT_FOUND)
  if (answer.outcome === 'resynchronization-refused') return problemResponse(AUTS_REFUSED)
  if (answer.outcome === 'unavailable') return problemResponse(PROBLEMS.unavailable)
  const { rand, autn, xres, ck, ik } = answer.vector
  const av = {
    rand: toHex(rand),
    xres: toHex(xres.reveal()),
    autn: toHex(autn),
    ck: toHex(ck.reveal()),
    ik: toHex(ik.reveal()),
  }
  return jsonResponse({ impi: answer.impi, '3gAkaAv': av })
}

/**
 * Everything that is no answer of TS 29.562 is `unavailable`; a vector of another subscriber is none.
 *
 * @param request What was asked: only a resynchronisation can be refused.
 */
export function readAuthDataResponse(response: SbiResponse, request: ZhRequest): ZhAnswer {
  const { status } = response
  const cause = causeOf(response)
  if (status === USER_NOT_FOUND.status && cause === USER_NOT_FOUND.cause) {
    return { outcome: 'identity-unknown' }
  }
  const isRefusal = status === AUTS_REFUSED.status && cause === AUTS_REFUSED.cause
  if (isRefusal && request.resynchronization) return { outcome: 'resynchronization-refused' }
  const { impi } = request
  const result = readAnswer(response, resultSchema)
  if (result === undefined || (result.impi ?? impi) !== impi) return { outcome: 'unavailable' }
  const { rand, autn, xres, ck, ik } = result['3gAkaAv']
  const vector = {
    rand: fromHex(rand),
    autn: fromHex(autn),
    xres: Secret.of(fromHex(xres)),
    ck: Secret.of(fromHex(ck)),
    ik: Secret.of(fromHex(ik)),
  }
  return { outcome: 'success', impi, vector }
}

/** What an HSS has of a subscriber: a GUSS as XML, or none; or no such subscriber. */
export type SubscriberData =
  | { readonly outcome: 'success'; readonly guss?: string }
  | { readonly outcome: 'identity-unknown' }
  | { readonly outcome: 'unavailable' }

/**
 * GbaSubscriberData, or the problem in its place. The `id` of a GUSS has no property there.
 *
 * @throws {InvalidMessage} If the GUSS cannot be read.
 * @see TS 29.562 6.4.6
 */
export function subscriberDataResponse(data: SubscriberData): SbiResponse {
  if (data.outcome === 'identity-unknown') return problemResponse(USER_NOT_FOUND)
  if (data.outcome === 'unavailable') return problemResponse(PROBLEMS.unavailable)
  if (data.guss === undefined) return jsonResponse({})
  const { uiccType, lifeTimeSeconds: lifeTime, ussList }: Guss = parseGuss(data.guss)
  const guss = {
    bsfInfo: { uiccType, lifeTime },
    ...(ussList.length === 0 ? {} : { ussList: ussListJson(ussList) }),
  }
  return jsonResponse({ guss })
}

/** Everything that is no answer of TS 29.562 is `unavailable`. */
export function readSubscriberDataResponse(response: SbiResponse): SubscriberData {
  if (response.status === USER_NOT_FOUND.status && causeOf(response) === USER_NOT_FOUND.cause) {
    return { outcome: 'identity-unknown' }
  }
  const data = readAnswer(response, subscriberDataSchema)
  if (data === undefined) return { outcome: 'unavailable' }
  if (data.guss === undefined) return { outcome: 'success' }
  const { uiccType, lifeTime } = data.guss.bsfInfo ?? {}
  const guss = formatGuss({
    ...(uiccType && { uiccType }),
    ...(lifeTime && { lifeTimeSeconds: lifeTime }),
    ussList: readUssListJson(data.guss.ussList ?? []),
  })
  return { outcome: 'success', guss }
}

function jsonResponse(json: object): SbiResponse {
  return { status: 200, contentType: JSON_MEDIA_TYPE, body: utf8(JSON.stringify(json)) }
}

function readAnswer<Value>(
  { status, contentType, body }: SbiResponse,
  schema: z.ZodType<Value>,
): Value | undefined {
  if (status !== 200 || contentType !== JSON_MEDIA_TYPE) return undefined
  try {
    return readJson(body, schema)
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}

/** An HSS, as far as routes need it. */
export interface NhssGbaServer {
  answerZh(request: ZhRequest): Promise<ZhAnswer>
  subscriberData(impi: Impi): Promise<SubscriberData>
}

/** The operations of both services. Subscriptions are not done here: 501. TS 29.562 6.3.3, 6.4.3 */
export function nhssGbaRoutes(hss: NhssGbaServer): readonly SbiRoute[] {
  return [
    {
      method: 'POST',
      path: AUTH_DATA,
      accepts: [JSON_MEDIA_TYPE],
      optional: ['authenticationScheme', 'resynchronizationInfo'],
      async answer({ parameter, body }) {
        const asked = parseUeId(parameter).map((impi) => decodeAuthDataRequest(body, impi))
        const requests = asked.filter((request) => request !== undefined)
        if (requests.length < asked.length) return problemResponse(NOT_DONE)
        return authDataResponse(await firstKnown(requests, (request) => hss.answerZh(request)))
      },
    },
    {
      method: 'GET',
      path: SUBSCRIBER_DATA,
      async answer({ parameter }) {
        const data = await firstKnown(parseUeId(parameter), (impi) => hss.subscriberData(impi))
        return orFailed(() => subscriberDataResponse(data))
      },
    },
    { method: 'POST', path: SUBSCRIPTIONS, answer: async () => problemResponse(NOT_DONE) },
  ]
}

/** The answer to the first that is a subscriber's: one ueId may mean two. */
async function firstKnown<Asked, Answer extends { readonly outcome: string }>(
  candidates: readonly Asked[],
  ask: (asked: Asked) => Promise<Answer>,
): Promise<Answer | { readonly outcome: 'identity-unknown' }> {
  for (const candidate of candidates) {
    const answer = await ask(candidate)
    if (answer.outcome !== 'identity-unknown') return answer
  }
  return { outcome: 'identity-unknown' }
}
