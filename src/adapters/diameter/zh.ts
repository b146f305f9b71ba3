/** Zh over Diameter: the HSS as a server, and the BSF's way to it. TS 29.109 4, RFC 6733 */
import { isSameIdentity } from '../../diameter/base/capabilities.ts'
import {
  assertApplication,
  believedOf,
  readAnswer,
  writeAnswer,
  writeRequest,
} from '../../diameter/base/command.ts'
import { DiameterFailure } from '../../diameter/base/diameter-failure.ts'
import type { DiameterMessage, MessageIds } from '../../diameter/base/message.ts'
import { handlerOf } from '../../diameter/base/request-desk.ts'
import { APPLICATION_ZH, MULTIMEDIA_AUTH } from '../../diameter/zh/multimedia-auth.ts'
import type { Zh, ZhAnswer } from '../../gba/zh.ts'
import { noTrace } from '../../trace/trace.ts'
import { createTracedExchange } from '../in-process/traced-exchange.ts'
import { describeZhAnswer, describeZhRequest } from '../in-process/zh.ts'
import { type ConnectDiameterOptions, connectDiameter } from './connect-node.ts'
import type { DiameterPorts } from './diameter-node.ts'
import { answeredWire, diameterWire, NO_IDS } from './message-wire.ts'
import { readZhAnswer, readZhRequest, writeZhAnswer, writeZhRequest } from './multimedia-auth.ts'
import { type DiameterServer, type ServeDiameterOptions, serveDiameter } from './serve-node.ts'

/** Both ends, as the trace names them. */
export interface ZhNames {
  /** Default `BSF`. */
  readonly bsf?: string
  /** Default `HSS`. */
  readonly hss?: string
}

/** An HSS on a socket. */
export interface ServeDiameterZhOptions extends Omit<ServeDiameterOptions, 'peers'> {
  readonly hss: Zh
  /** Origin-Hosts of the BSFs that get vectors; a request of anybody else is refused with 5003. */
  readonly bsfs: readonly string[]
  readonly names?: ZhNames
}

/** A BSF's way to its HSS. */
export interface ConnectDiameterZhOptions extends ConnectDiameterOptions {
  readonly names?: ZhNames
}

/** Zh and the end of it. */
export interface ZhConnection extends Zh {
  /** Leaves every peer. Resolves when no socket and no timer is left. */
  close(): Promise<void>
}

/** @throws {ConfigurationInvalid} If host and port cannot be listened on. */
export function serveDiameterZh(
  options: ServeDiameterZhOptions,
  ports: DiameterPorts,
): Promise<DiameterServer> {
  const { hss, bsfs, relays = [], originHost, originRealm } = options
  const exchange = tracedExchange('answerer', options.names, ports)
  const handler = handlerOf({
    command: MULTIMEDIA_AUTH,
    async answer(values) {
      if (!bsfs.some((bsf) => isSameIdentity(bsf, values.originHost))) {
        const what = { reason: 'no BSF of this HSS', field: 'Origin-Host' }
        throw new DiameterFailure('DIAMETER_AUTHORIZATION_REJECTED', what)
      }
      const { sessionId, vendorSpecificApplicationId } = values
      assertApplication(MULTIMEDIA_AUTH, vendorSpecificApplicationId)
      const request = readZhRequest(values)
      const answerOf = (answer: ZhAnswer) => ({
        sessionId,
        vendorSpecificApplicationId,
        authSessionState: 'NO_STATE_MAINTAINED' as const,
        originHost,
        originRealm,
        ...writeZhAnswer(answer),
      })
      if (request === undefined) return answerOf({ outcome: 'identity-unknown' })
      const write = () => writeRequest(MULTIMEDIA_AUTH, values, NO_IDS)
      const answer = await exchange(
        {
          ...describeZhRequest(request),
          transactionId: sessionId,
          wire: diameterWire(sessionId, write),
        },
        () => hss.requestVector(request),
        (told) => ({
          ...describeZhAnswer(told),
          wire: diameterWire(sessionId, () =>
            writeAnswer(MULTIMEDIA_AUTH, answerOf(told), write()),
          ),
        }),
      )
      return answerOf(answer)
    },
  })
  const node = { ...options, peers: [...bsfs, ...relays], applicationId: APPLICATION_ZH }
  return serveDiameter(node, [handler], ports)
}

/** Connects at once; what cannot be asked is `unavailable`. */
export function connectDiameterZh(
  options: ConnectDiameterZhOptions,
  ports: DiameterPorts,
): ZhConnection {
  const client = connectDiameter({ ...options, applicationId: APPLICATION_ZH }, ports)
  const exchange = tracedExchange('asker', options.names, ports)
  return {
    requestVector(request) {
      const start = client.nextRequest()
      const { sessionId } = start
      const write = (ids: MessageIds) => {
        const authSessionState = 'NO_STATE_MAINTAINED' as const
        const values = { ...start, authSessionState, ...writeZhRequest(request) }
        return writeRequest(MULTIMEDIA_AUTH, values, ids)
      }
      let answered: DiameterMessage | undefined
      const ask = async () => {
        const answer = await client.ask({
          write,
          read: (message) => {
            answered = message
            const values = believedOf(message, readAnswer(MULTIMEDIA_AUTH, message))
            return readZhAnswer(values, request)
          },
        })
        return answer ?? ({ outcome: 'unavailable' } as const)
      }
      const shown = {
        ...describeZhRequest(request),
        transactionId: sessionId,
        wire: diameterWire(sessionId, () => write(NO_IDS)),
      }
      return exchange(shown, ask, (answer) => ({
        ...describeZhAnswer(answer),
        ...answeredWire(sessionId, answered),
      }))
    },
    close: () => client.close(),
  }
}

function tracedExchange(
  end: 'asker' | 'answerer',
  { bsf = 'BSF', hss = 'HSS' }: ZhNames = {},
  { clock, trace = noTrace }: DiameterPorts,
) {
  return createTracedExchange({ trace, clock, point: 'Zh', asker: bsf, answerer: hss, end })
}
