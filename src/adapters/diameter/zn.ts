/** Zn over Diameter: the BSF as a server, and a NAF's way to it. TS 29.109 5, RFC 6733 */
import { readAnswer, writeRequest } from '../../diameter/base/command.ts'
import { handlerOf } from '../../diameter/base/request-desk.ts'
import { APPLICATION_ZN, BOOTSTRAPPING_INFO } from '../../diameter/zn/bootstrapping-info.ts'
import type { Zn } from '../../gba/zn.ts'
import { noTrace } from '../../trace/trace.ts'
import { createTracedExchange } from '../in-process/traced-exchange.ts'
import { describeZnAnswer, describeZnRequest, type ZnServer } from '../in-process/zn.ts'
import { readZnAnswer, readZnRequest, writeZnAnswer, writeZnRequest } from './bootstrapping-info.ts'
import { type ConnectDiameterOptions, connectDiameter } from './connect-node.ts'
import type { DiameterPorts } from './diameter-node.ts'
import { type DiameterServer, type ServeDiameterOptions, serveDiameter } from './serve-node.ts'

/** Both ends, as the trace names them. */
export interface ZnNames {
  /** Default `CPNS Server`. */
  readonly naf?: string
  /** Default `BSF`. */
  readonly bsf?: string
}

/** A BSF on a socket. */
export interface ServeDiameterZnOptions extends ServeDiameterOptions {
  /** Decides which NAF may have which keys, by the Origin-Host of the request. TS 33.220 4.5.3 */
  readonly bsf: ZnServer
  readonly names?: ZnNames
}

/** A NAF's way to a BSF. Its `originHost` is what the BSF knows the NAF by. */
export interface ConnectDiameterZnOptions extends ConnectDiameterOptions {
  readonly names?: ZnNames
}

/** Zn and the end of it. */
export interface ZnConnection extends Zn {
  /** Leaves every peer. Resolves when no socket and no timer is left. */
  close(): Promise<void>
}

/**
 * The identity of a NAF is the Origin-Host of its request: that of the connection it came by, which TLS
 * proves, unless the connection is one of a relay agent that is trusted.
 *
 * @throws {ConfigurationInvalid} If host and port cannot be listened on.
 */
export function serveDiameterZn(
  options: ServeDiameterZnOptions,
  ports: DiameterPorts,
): Promise<DiameterServer> {
  const { bsf, originHost, originRealm } = options
  const exchange = tracedExchange('answerer', options.names, ports)
  const handler = handlerOf({
    command: BOOTSTRAPPING_INFO,
    async answer(values) {
      const { sessionId, vendorSpecificApplicationId } = values
      const naf = { originHost: values.originHost }
      const request = readZnRequest(values)
      const answer =
        request === undefined
          ? ({ outcome: 'transaction-identifier-invalid' } as const)
          : await exchange(
              { ...describeZnRequest(request), transactionId: sessionId },
              () => bsf.bootstrappingInfo(naf, request),
              describeZnAnswer,
            )
      return {
        sessionId,
        vendorSpecificApplicationId,
        authSessionState: 'NO_STATE_MAINTAINED' as const,
        originHost,
        originRealm,
        ...writeZnAnswer(answer),
      }
    },
  })
  return serveDiameter({ ...options, applicationId: APPLICATION_ZN }, [handler], ports)
}

/** Connects at once; what cannot be asked is `unavailable`. */
export function connectDiameterZn(
  options: ConnectDiameterZnOptions,
  ports: DiameterPorts,
): ZnConnection {
  const { clock } = ports
  const client = connectDiameter({ ...options, applicationId: APPLICATION_ZN }, ports)
  const exchange = tracedExchange('asker', options.names, ports)
  return {
    requestBootstrappingInfo(request) {
      const start = client.nextRequest()
      const ask = async () => {
        const answer = await client.ask({
          write: (ids) =>
            writeRequest(BOOTSTRAPPING_INFO, { ...start, ...writeZnRequest(request) }, ids),
          read: (message) =>
            // With the E flag it comes from a node that knows nothing of Zn.
            message.error
              ? undefined
              : readZnAnswer(readAnswer(BOOTSTRAPPING_INFO, message), clock.nowMs()),
        })
        return answer ?? ({ outcome: 'unavailable' } as const)
      }
      const shown = { ...describeZnRequest(request), transactionId: start.sessionId }
      return exchange(shown, ask, describeZnAnswer)
    },
    close: () => client.close(),
  }
}

function tracedExchange(
  end: 'asker' | 'answerer',
  { naf = 'CPNS Server', bsf = 'BSF' }: ZnNames = {},
  { clock, trace = noTrace }: DiameterPorts,
) {
  return createTracedExchange({ trace, clock, point: 'Zn', asker: naf, answerer: bsf, end })
}
