/**
 * Every decoder of Zn and Zh in JSON and XML, of Ub's BootstrappingInfo, and of names that peers send, under
 * a generator with a fixed seed: a value, or a named refusal, and nothing else, within its time.
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { decodeBootstrappingInfo, encodeBootstrappingInfo } from '../gba/bootstrapping-info.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { formatUssList, parseGuss, parseUssList } from '../gba/guss.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseImpi } from '../identity/impi.ts'
import { decodeNafId } from '../identity/naf-id.ts'
import { parsePskIdentity } from '../naf/psk-identity.ts'
import { utf8 } from '../octets/octets.ts'
import type { SbiResponse } from './exchange.ts'
import {
  bootstrappingInfoResponse,
  decodeBootstrappingInfoRequest,
  encodeBootstrappingInfoRequest,
  nbspGbaRoutes,
  readBootstrappingInfoResponse,
} from './nbsp-gba.ts'
import {
  authDataResponse,
  decodeAuthDataRequest,
  encodeAuthDataRequest,
  readAuthDataResponse,
  readSubscriberDataResponse,
  subscriberDataResponse,
} from './nhss-gba.ts'
import { causeOf, problemResponse } from './problem-details.ts'
import { answerRequest, PROBLEMS } from './routes.ts'
import { ZN_REQUEST, ZN_SUCCESS } from './sbi.fixture.ts'
import { parseUeId } from './ue-id.ts'
import {
  decodeWebServiceRequest,
  encodeWebServiceRequest,
  GBA_SERVICE_NAMESPACE,
  readWebServiceResponse,
  webServiceResponse,
  znWebServiceRoutes,
} from './zn-web-service.ts'

const RUNS = { numRuns: 400, seed: 29_309 }
/** Of one call; far more than any needs, so that only a runaway exceeds it. */
const LONGEST_MS = 500

const { impi, rand, autn, ck, ik, res: xres } = WORKED
const AV = { outcome: 'success', impi, vector: { rand, autn, xres, ck, ik } } as const
const FORMS = [true, false].map((envelope) => ({ envelope, namespace: GBA_SERVICE_NAMESPACE }))

const withBody = (response: SbiResponse, body: Uint8Array): SbiResponse => ({ ...response, body })
const decoder = (response: SbiResponse, read: (response: SbiResponse) => unknown) =>
  [response.body, (octets: Uint8Array) => read(withBody(response, octets))] as const
const text = (sample: string, read: (text: string) => unknown) =>
  [utf8(sample), (octets: Uint8Array) => read(new TextDecoder().decode(octets))] as const

const DECODERS: Readonly<Record<string, readonly [Uint8Array, (octets: Uint8Array) => unknown]>> = {
  'Nbsp_GBA request': [encodeBootstrappingInfoRequest(ZN_REQUEST), decodeBootstrappingInfoRequest],
  'Nbsp_GBA response': decoder(bootstrappingInfoResponse(ZN_SUCCESS), (one) =>
    readBootstrappingInfoResponse(one, 0),
  ),
  'Nhss_gbaUEAU request': [
    encodeAuthDataRequest({ impi, resynchronization: { rand, auts: new Uint8Array(14) } }),
    (octets) => decodeAuthDataRequest(octets, impi),
  ],
  'Nhss_gbaUEAU response': decoder(authDataResponse(AV), (one) =>
    readAuthDataResponse(one, { impi }),
  ),
  'Nhss_gbaSDM response': decoder(
    subscriberDataResponse({
      outcome: 'success',
      guss: '<guss><ussList><uss id="1" type="0"/></ussList></guss>',
    }),
    readSubscriberDataResponse,
  ),
  ProblemDetails: decoder(problemResponse(PROBLEMS.forbidden), causeOf),
  'web service request, SOAP': [
    encodeWebServiceRequest(ZN_REQUEST, FORMS[0] as never),
    decodeWebServiceRequest,
  ],
  'web service request, bare': [
    encodeWebServiceRequest(ZN_REQUEST, FORMS[1] as never),
    decodeWebServiceRequest,
  ],
  'web service response, SOAP': decoder(webServiceResponse(ZN_SUCCESS, FORMS[0] as never), (one) =>
    readWebServiceResponse(one, 0),
  ),
  'web service response, bare': decoder(webServiceResponse(ZN_SUCCESS, FORMS[1] as never), (one) =>
    readWebServiceResponse(one, 0),
  ),
  'web service fault': decoder(
    webServiceResponse({ outcome: 'not-authorized' }, FORMS[0] as never),
    (one) => readWebServiceResponse(one, 0),
  ),
  BootstrappingInfo: [
    encodeBootstrappingInfo({ btid: ZN_REQUEST.btid, expiresAtMs: 1, currentTimeMs: 0 }),
    decodeBootstrappingInfo,
  ],
  GUSS: text(
    '<guss id="a"><bsfInfo><uiccType>GBA_U</uiccType><lifeTime>7</lifeTime></bsfInfo><ussList/></guss>',
    parseGuss,
  ),
  USS: text(
    formatUssList([{ gsid: 1, type: 1, uids: ['a'], flags: [1], nafGroup: 'A' }]),
    parseUssList,
  ),
  'B-TID': text(ZN_REQUEST.btid, (one) => parseBtid(one)),
  IMPI: text(impi, (one) => parseImpi(one)),
  ueId: text(`impi-${impi}`, (one) => parseUeId(one)),
  NAF_Id: [Buffer.from('cpns.example.org\u0001'), decodeNafId],
  'identity of PSK-TLS': text(`3GPP-bootstrapping;${ZN_REQUEST.btid}`, parsePskIdentity),
}

/** Octets changed, cut, doubled or put in between, several times. */
const mutations = fc.array(
  fc.record({
    kind: fc.constantFrom('change', 'cut', 'double', 'insert', 'remove'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    span: fc.integer({ min: 1, max: 40 }),
    octets: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc
        .constantFrom(
          '{',
          '}',
          '"',
          '[',
          ']',
          ',',
          '<',
          '>',
          '</',
          '&',
          '&#0;',
          '<!--',
          '<![CDATA[',
          '\\u0000',
          '1e999',
          'null',
          '-',
          '\u0000',
        )
        .map(utf8),
    ),
  }),
  { minLength: 1, maxLength: 5 },
)

function mutate(
  sample: Uint8Array,
  steps: readonly { kind: string; at: number; span: number; octets: Uint8Array }[],
): Uint8Array {
  return steps.reduce<Uint8Array>((octets, step) => {
    const at = Math.floor(step.at * octets.length)
    const [before, after] = [octets.subarray(0, at), octets.subarray(at)]
    if (step.kind === 'cut') return before.slice()
    if (step.kind === 'double') return Buffer.concat([before, after.subarray(0, step.span), after])
    if (step.kind === 'remove') return Buffer.concat([before, after.subarray(step.span)])
    const rest = step.kind === 'insert' ? after : after.subarray(step.octets.length)
    return Buffer.concat([before, step.octets, rest])
  }, sample)
}

describe.each(Object.entries(DECODERS))('%s', (_name, [sample, decode]) => {
  test('takes its own sample', () => {
    expect(() => decode(sample)).not.toThrow()
  })

  test('a value, or a named refusal', () => {
    const judge = (octets: Uint8Array): void => {
      const startMs = performance.now()
      try {
        decode(octets)
      } catch (error) {
        if (!(error instanceof InvalidMessage)) throw error
      }
      expect(performance.now() - startMs).toBeLessThan(LONGEST_MS)
    }
    fc.assert(
      fc.property(mutations, (steps) => judge(mutate(sample, steps))),
      RUNS,
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), judge), RUNS)
    fc.assert(
      fc.property(fc.json(), (json) => judge(utf8(json))),
      RUNS,
    )
  })
})

describe.each([
  [
    'Nbsp_GBA',
    nbspGbaRoutes(async () => ZN_SUCCESS),
    '/nbsp-gba/v1/bootstrapping-info-retrieval',
    'application/json',
    DECODERS['Nbsp_GBA request']?.[0],
    [200, 400, 404],
  ],
  [
    'web service',
    znWebServiceRoutes(async () => ZN_SUCCESS),
    '/requestBootstrappingInfo',
    'text/xml',
    DECODERS['web service request, SOAP']?.[0],
    [200, 400, 500],
  ],
] as const)('%s as a whole', (_name, routes, path, contentType, sample, statuses) => {
  test('answers whatever comes with one of its statuses', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (steps) => {
        const body = mutate(sample as Uint8Array, steps)
        const { status } = await answerRequest(
          routes,
          { method: 'POST', path, contentType, body },
          ['naf'],
        )
        expect(statuses).toContain(status)
      }),
      RUNS,
    )
  })
})
