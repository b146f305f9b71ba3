/** Zn over Diameter: the BSF as a server, and a NAF's way to it. TS 29.109 5, RFC 6733 */
import {
  assertApplication,
  believedOf,
  readAnswer,
  writeAnswer,
  writeRequest,
} from '../../diameter/base/command.ts'
import type { DiameterMessage, MessageIds } from '../../diameter/base/message.ts'
import { handlerOf } from '../../diameter/base/request-desk.ts'
import { APPLICATION_ZN, BOOTSTRAPPING_INFO } from '../../diameter/zn/bootstrapping-info.ts'
import type { Zn, ZnAnswer } from '../../gba/zn.ts'
import { noTrace } from '../../trace/trace.ts'
import { createTracedExchange } from '../in-process/traced-exchange.ts'
import { describeZnAnswer, describeZnRequest, type ZnServer } from '../in-process/zn.ts'
import { readZnAnswer, readZnRequest, writeZnAnswer, writeZnRequest } from './bootstrapping-info.ts'
import { type ConnectDiameterOptions, connectDiameter } from './connect-node.ts'
import type { DiameterPorts } from './diameter-node.ts'
import { answeredWire, diameterWire, NO_IDS } from './message-wire.ts'
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
  /** Whether a BSF could be asked now, as far as is known: over HTTP, whether the last one could. */
  isUsable(): boolean
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
      assertApplication(BOOTSTRAPPING_INFO, vendorSpecificApplicationId)
      const naf = { originHost: values.originHost }
      const request = readZnRequest(values)
      const answerOf = (answer: ZnAnswer) => ({
        sessionId,
        vendorSpecificApplicationId,
        authSessionState: 'NO_STATE_MAINTAINED' as const,
        originHost,
        originRealm,
        ...writeZnAnswer(answer),
      })
      if (request === undefined) return answerOf({ outcome: 'transaction-identifier-invalid' })
      const write = () => writeRequest(BOOTSTRAPPING_INFO, values, NO_IDS)
      const answer = await exchange(
        {
          ...describeZnRequest(request),
          transactionId: sessionId,
          wire: diameterWire(sessionId, write),
        },
        () => bsf.bootstrappingInfo(naf, request),
        (told) => ({
          ...describeZnAnswer(told),
          wire: diameterWire(sessionId, () =>
            writeAnswer(BOOTSTRAPPING_INFO, answerOf(told), write()),
          ),
        }),
      )
      return answerOf(answer)
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
      const { sessionId } = start
      const write = (ids: MessageIds) =>
        writeRequest(BOOTSTRAPPING_INFO, { ...start, ...writeZnRequest(request) }, ids)
      let answered: DiameterMessage | undefined
      const ask = async () => {
        const answer = await client.ask({
          write,
          read: (message) => {
            answered = message
            const values = believedOf(message, readAnswer(BOOTSTRAPPING_INFO, message))
            return readZnAnswer(values, clock.nowMs())
          },
        })
        return answer ?? ({ outcome: 'unavailable' } as const)
      }
      const shown = {
        ...describeZnRequest(request),
        transactionId: sessionId,
        wire: diameterWire(sessionId, () => write(NO_IDS)),
      }
      return exchange(shown, ask, (answer) => ({
        ...describeZnAnswer(answer),
        ...answeredWire(sessionId, answered),
      }))
    },
    isUsable: () => client.isUsable(),
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
