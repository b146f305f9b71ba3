/** Zn over HTTP/2 (Nbsp_GBA) and as web service: BSF as server, and a NAF's way to it. TS 29.309, TS 29.109 5.3 */
import type { Zn } from '../../gba/zn.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { type Log, noLog, withFields } from '../../ports/log.ts'
import type { SbiRequest, SbiResponse } from '../../sbi/exchange.ts'
import { JSON_MEDIA_TYPE } from '../../sbi/json.ts'
import {
  type AnswerZn,
  BOOTSTRAPPING_INFO_PATH,
  encodeBootstrappingInfoRequest,
  nbspGbaRoutes,
  readBootstrappingInfoResponse,
} from '../../sbi/nbsp-gba.ts'
import { WEB_SERVICE_MEDIA_TYPE } from '../../sbi/soap.ts'
import {
  encodeWebServiceRequest,
  GBA_SERVICE_NAMESPACE,
  readWebServiceResponse,
  WEB_SERVICE_PATH,
  type WebServiceForm,
  znWebServiceRoutes,
} from '../../sbi/zn-web-service.ts'
import { noTrace, type Trace } from '../../trace/trace.ts'
import type { ZnConnection, ZnNames } from '../diameter/zn.ts'
import { createTracedExchange } from '../in-process/traced-exchange.ts'
import { describeZnAnswer, describeZnRequest, type ZnServer } from '../in-process/zn.ts'
import { connectHttp1 } from './connect-http1.ts'
import { connectHttp2, type SbiClient, type SbiTarget } from './connect-http2.ts'
import { sbiRequestWire, sbiResponseWire } from './sbi-wire.ts'
import { type SbiServer, type ServeSbiOptions, serveSbi } from './serve-sbi.ts'

/** Time, and who looks. */
export interface SbiPorts {
  readonly clock: Clock
  readonly trace?: Trace
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
  /** Told why a request has no answer; default nobody. */
  readonly log?: Log
}

/** A BSF on a socket. Each name of who asks is an identity of the NAF in its allow-list. */
export interface ServeSbiZnOptions extends ServeSbiOptions {
  readonly bsf: ZnServer
  readonly names?: ZnNames
}

/** A NAF's way to a BSF. */
export interface ConnectSbiZnOptions extends SbiTarget {
  readonly names?: ZnNames
}

/** A NAF's way to a BSF that is a web service. */
export interface ConnectWebServiceZnOptions extends ConnectSbiZnOptions {
  /** Default: bare, in the namespace of public client code. */
  readonly form?: WebServiceForm
}

/** Nbsp_GBA over HTTP/2. @throws {ConfigurationInvalid} If host and port cannot be listened on. */
export function serveNbspGba(options: ServeSbiZnOptions, ports: SbiPorts): Promise<SbiServer> {
  return serveSbi('HTTP/2', withKeyLog(options, ports), nbspGbaRoutes(tracedAnswer(options, ports)))
}

/** The web service, over HTTP/1.1. @throws {ConfigurationInvalid} As `serveNbspGba`. */
export function serveZnWebService(options: ServeSbiZnOptions, ports: SbiPorts): Promise<SbiServer> {
  return serveSbi(
    'HTTP/1.1',
    withKeyLog(options, ports),
    znWebServiceRoutes(tracedAnswer(options, ports)),
  )
}

/** Connects with the first request. @throws {ConfigurationInvalid} If `apiRoot` cannot be used. */
export function connectNbspGba(options: ConnectSbiZnOptions, ports: SbiPorts): ZnConnection {
  return connectZnOver(
    connectHttp2(asClient(options, 'Zn', ports)),
    { ...ports, names: options.names },
    {
      write: (request) => ({
        method: 'POST',
        path: BOOTSTRAPPING_INFO_PATH,
        contentType: JSON_MEDIA_TYPE,
        body: encodeBootstrappingInfoRequest(request),
      }),
      read: readBootstrappingInfoResponse,
    },
  )
}

/** As `connectNbspGba`. A path of `apiRoot` goes before `/requestBootstrappingInfo`. */
export function connectZnWebService(
  options: ConnectWebServiceZnOptions,
  ports: SbiPorts,
): ZnConnection {
  const { form = { envelope: false, namespace: GBA_SERVICE_NAMESPACE } } = options
  return connectZnOver(
    connectHttp1(asClient(options, 'Zn', ports)),
    { ...ports, names: options.names },
    {
      write: (request) => ({
        method: 'POST',
        path: WEB_SERVICE_PATH,
        contentType: WEB_SERVICE_MEDIA_TYPE,
        body: encodeWebServiceRequest(request, form),
      }),
      read: readWebServiceResponse,
    },
  )
}

/** TLS secrets are a port of the whole, and an option of each connection. */
export function withKeyLog<Options extends object>(options: Options, { keyLog }: SbiPorts) {
  return { ...options, ...(keyLog && { keyLog }) }
}

/** The same, and the log of a client, which names the reference point. */
export function asClient<Options extends object>(
  options: Options,
  point: 'Zh' | 'Zn',
  ports: SbiPorts,
) {
  return { ...withKeyLog(options, ports), log: withFields(ports.log ?? noLog, { point }) }
}

interface ZnForm {
  write(request: Parameters<Zn['requestBootstrappingInfo']>[0]): SbiRequest
  read(response: SbiResponse, nowMs: number): Awaited<ReturnType<AnswerZn>>
}

type NamedPorts = SbiPorts & { readonly names?: ZnNames | undefined }

function connectZnOver(client: SbiClient, ports: NamedPorts, form: ZnForm): ZnConnection {
  const exchange = tracedExchange('asker', ports)
  let isUsable = true
  return {
    requestBootstrappingInfo(request) {
      const written = form.write(request)
      let response: SbiResponse | undefined
      const ask = async () => {
        response = await client.ask(written)
        isUsable = response !== undefined
        if (response === undefined) return { outcome: 'unavailable' } as const
        return form.read(response, ports.clock.nowMs())
      }
      const shown = { ...describeZnRequest(request), wire: sbiRequestWire(written) }
      return exchange(shown, ask, (answer) => ({
        ...describeZnAnswer(answer),
        ...sbiResponseWire(response),
      }))
    },
    isUsable: () => isUsable,
    close: () => client.close(),
  }
}

function tracedAnswer({ bsf, names }: ServeSbiZnOptions, ports: SbiPorts): AnswerZn {
  const exchange = tracedExchange('answerer', { ...ports, names })
  return ([originHost = '', ...otherNames], request) =>
    exchange(
      describeZnRequest(request),
      () => bsf.bootstrappingInfo({ originHost, otherNames }, request),
      describeZnAnswer,
    )
}

function tracedExchange(end: 'asker' | 'answerer', ports: NamedPorts) {
  const { clock, trace = noTrace, names: { naf = 'CPNS Server', bsf = 'BSF' } = {} } = ports
  return createTracedExchange({ trace, clock, point: 'Zn', asker: naf, answerer: bsf, end })
}
