/** Zh over HTTP/2: Nhss_gbaUEAU and Nhss_gbaSDM, the HSS as server, and the BSF's way to it. TS 29.562 */
import type { Zh, ZhAnswer, ZhRequest } from '../../gba/zh.ts'
import type { Impi } from '../../identity/impi.ts'
import type { SbiRequest, SbiResponse } from '../../sbi/exchange.ts'
import { JSON_MEDIA_TYPE } from '../../sbi/json.ts'
import {
  authDataPath,
  encodeAuthDataRequest,
  nhssGbaRoutes,
  readAuthDataResponse,
  readSubscriberDataResponse,
  type SubscriberData,
  subscriberDataPath,
} from '../../sbi/nhss-gba.ts'
import { problemResponse } from '../../sbi/problem-details.ts'
import { PROBLEMS, type SbiRoute } from '../../sbi/routes.ts'
import { noTrace } from '../../trace/trace.ts'
import type { ZhConnection, ZhNames } from '../diameter/zh.ts'
import { createTracedExchange } from '../in-process/traced-exchange.ts'
import { describeZhAnswer, describeZhRequest } from '../in-process/zh.ts'
import { connectHttp2, type SbiClient, type SbiTarget } from './connect-http2.ts'
import { sbiRequestWire, sbiResponseWire } from './sbi-wire.ts'
import { type SbiServer, type ServeSbiOptions, serveSbi } from './serve-sbi.ts'
import { asClient, type SbiPorts, withKeyLog } from './zn.ts'

/** Where the GUSS is: the store of the HSS, for instance. */
export interface SubscriberFinder {
  /** `undefined` if there is no such subscriber. */
  findSubscriber(impi: Impi): Promise<{ readonly guss?: string } | undefined>
}

/** An HSS on a socket. */
export interface ServeSbiZhOptions extends ServeSbiOptions {
  readonly hss: Zh
  readonly subscribers: SubscriberFinder
  /** Names of the BSFs that are answered; anybody else is refused with 403. */
  readonly bsfs: readonly string[]
  readonly names?: ZhNames
}

/** A BSF's way to its HSS. */
export interface ConnectSbiZhOptions extends SbiTarget {
  readonly names?: ZhNames
}

/** @throws {ConfigurationInvalid} If host and port cannot be listened on. */
export function serveNhssGba(options: ServeSbiZhOptions, ports: SbiPorts): Promise<SbiServer> {
  const { hss, subscribers, bsfs } = options
  const exchange = tracedExchange('answerer', options.names, ports)
  const known = bsfs.map((bsf) => bsf.toLowerCase())
  const routes = nhssGbaRoutes({
    answerZh: (request) =>
      exchange(describeZhRequest(request), () => hss.requestVector(request), describeZhAnswer),
    subscriberData: (impi) => subscriberData(subscribers, impi),
  })
  return serveSbi(
    'HTTP/2',
    withKeyLog(options, ports),
    routes.map((route) => onlyFor(known, route)),
  )
}

function onlyFor(known: readonly string[], route: SbiRoute): SbiRoute {
  return {
    ...route,
    async answer(asked) {
      const isKnown = asked.clientNames.some((name) => known.includes(name.toLowerCase()))
      if (!isKnown) return problemResponse(PROBLEMS.forbidden)
      return await route.answer(asked)
    },
  }
}

async function subscriberData(from: SubscriberFinder, impi: Impi): Promise<SubscriberData> {
  const subscriber = await from.findSubscriber(impi)
  if (subscriber === undefined) return { outcome: 'identity-unknown' }
  const { guss } = subscriber
  return { outcome: 'success', ...(guss === undefined ? {} : { guss }) }
}

/**
 * Connects with the first request. A vector and its GUSS are two requests, one after the other; without
 * the second the first is worth nothing.
 *
 * @throws {ConfigurationInvalid} If `apiRoot` cannot be used.
 */
export function connectNhssGba(options: ConnectSbiZhOptions, ports: SbiPorts): ZhConnection {
  const client = connectHttp2(asClient(options, 'Zh', ports))
  const exchange = tracedExchange('asker', options.names, ports)
  return {
    requestVector(request) {
      const written = authDataRequest(request)
      let answered: SbiResponse | undefined
      const ask = () =>
        askBoth(client, request, async () => {
          answered = await client.ask(written)
          return answered
        })
      const shown = { ...describeZhRequest(request), wire: sbiRequestWire(written) }
      return exchange(shown, ask, (answer) => ({
        ...describeZhAnswer(answer),
        ...sbiResponseWire(answered),
      }))
    },
    close: () => client.close(),
  }
}

function authDataRequest(request: ZhRequest): SbiRequest {
  return {
    method: 'POST',
    path: authDataPath(request.impi),
    contentType: JSON_MEDIA_TYPE,
    body: encodeAuthDataRequest(request),
  }
}

async function askBoth(
  client: SbiClient,
  request: ZhRequest,
  askAuthData: () => Promise<SbiResponse | undefined>,
): Promise<ZhAnswer> {
  const { impi } = request
  const authData = await askAuthData()
  if (authData === undefined) return { outcome: 'unavailable' }
  const answer = readAuthDataResponse(authData, request)
  if (answer.outcome !== 'success') return answer

  const empty = new Uint8Array(0)
  const data = await client.ask({ method: 'GET', path: subscriberDataPath(impi), body: empty })
  if (data === undefined) return { outcome: 'unavailable' }
  const settings = readSubscriberDataResponse(data)
  if (settings.outcome !== 'success') return settings
  const { guss } = settings
  return { ...answer, ...(guss === undefined ? {} : { guss }) }
}

function tracedExchange(
  end: 'asker' | 'answerer',
  { bsf = 'BSF', hss = 'HSS' }: ZhNames = {},
  { clock, trace = noTrace }: SbiPorts,
) {
  return createTracedExchange({ trace, clock, point: 'Zh', asker: bsf, answerer: hss, end })
}
