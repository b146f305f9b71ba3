/** A node that asks: connections to several peers, and requests that find their way. RFC 6733 2.7, 5.5.4 */
import { createAnswerMemory } from '../../diameter/base/answer-memory.ts'
import { VENDOR_3GPP } from '../../diameter/base/base-avps.ts'
import type { DiameterMessage, MessageIds } from '../../diameter/base/message.ts'
import { createRequestDesk } from '../../diameter/base/request-desk.ts'
import { createRoutedClient, type Route } from '../../diameter/base/routed-client.ts'
import { CpnsError } from '../../errors/errors.ts'
import { type DiameterTarget, dialPeer } from './dial-peer.ts'
import {
  createDiameterNode,
  type DiameterNodeOptions,
  type DiameterPorts,
  reportFault,
} from './diameter-node.ts'

/** Whom to ask, and for how long. */
export interface ConnectDiameterOptions extends DiameterNodeOptions, Route {
  /** In the order of preference; one that fails is followed by the next. */
  readonly targets: readonly DiameterTarget[]
  /** For the answer to one request; default 5 s. */
  readonly timeoutMs?: number
}

/** What every request of one client starts with. */
export interface RequestStart {
  readonly sessionId: string
  readonly vendorSpecificApplicationId: {
    readonly vendorId: number
    readonly authApplicationId: number
  }
  readonly originHost: string
  readonly originRealm: string
  readonly destinationRealm: string
  readonly destinationHost?: string
}

/** A node that asks one realm. */
export interface DiameterClient {
  /** Whether some peer has taken our CER, and is there. */
  isUsable(): boolean
  /** The start of the next request. */
  nextRequest(): RequestStart
  /**
   * Asks one question; never rejects.
   *
   * @param exchange.write Makes the message. @param exchange.read Reads its answer.
   * @returns What `read` gives; `undefined` if there is no answer, or none that can be read, or the
   *   question does not fit a message.
   */
  ask<Answer>(exchange: {
    readonly write: (ids: MessageIds) => DiameterMessage
    readonly read: (answer: DiameterMessage) => Answer
  }): Promise<Answer | undefined>
  /** Leaves every peer. Resolves when no socket and no timer is left; what is asked then has no answer. */
  close(): Promise<void>
}

const TIMEOUT_MS = 5000

/** Connects to all peers at once. */
export function connectDiameter(
  options: ConnectDiameterOptions & { readonly applicationId: number },
  ports: DiameterPorts,
): DiameterClient {
  const { timeoutMs = TIMEOUT_MS, applicationId, originHost, originRealm } = options
  const { destinationRealm, destinationHost } = options
  const node = createDiameterNode(options, ports)
  const { identifiers, log } = node
  const desk = createRequestDesk(options, [], {
    memory: createAnswerMemory({ lifetimeMs: 0, maxAnswers: 0, maxOctets: 0 }, ports.clock),
    isRelay: () => true,
    report: (error) => reportFault(log, error),
  })
  /** Another one may be back and only waits to be tried. Two that drop us at once hurry nobody. */
  const onLost = (): void => {
    for (const peer of peers) peer.hurry()
  }
  const dialing = { ...node, desk, onLost }
  const peers = options.targets.map((target) => dialPeer(target, dialing, ports))
  const route = createRoutedClient(peers)
  return {
    isUsable: () => peers.some(({ condition }) => condition === 'usable'),
    nextRequest: () => ({
      sessionId: identifiers.nextSessionId(),
      vendorSpecificApplicationId: {
        vendorId: VENDOR_3GPP,
        authApplicationId: applicationId,
      },
      originHost,
      originRealm,
      destinationRealm,
      ...(destinationHost === undefined ? {} : { destinationHost }),
    }),
    async ask({ write, read }) {
      try {
        // The Hop-by-Hop Identifier is of the connection that it will go by.
        const message = write({ hopByHop: 0, endToEnd: identifiers.nextEndToEnd() })
        const asked = await route(message, options, timeoutMs)
        if (asked.outcome === 'answered') return read(asked.message)
        log.warn('diameter-no-answer', { outcome: asked.outcome })
      } catch (error) {
        if (error instanceof CpnsError) log.warn('diameter-answer-wrong', { reason: error.message })
        else reportFault(log, error)
      }
      return undefined
    },
    async close() {
      await Promise.all(peers.map((peer) => peer.close()))
    },
  }
}
