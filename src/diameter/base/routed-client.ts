/**
 * Requests to whoever is behind a set of peers: the peer that is named, or those that lead to the realm,
 * in their order; another one when one fails. RFC 6733 2.7, 5.5.4, 6.1
 */
import { RESULT_CODE_AVP } from './base-avps.ts'
import { isSameIdentity } from './capabilities.ts'
import type { DiameterMessage } from './message.ts'
import type { RequestOutcome } from './pending-requests.ts'
import { RESULT_CODE } from './result-code.ts'
import { unsigned32 } from './value-types.ts'

/** A peer, as far as routing goes. */
export interface RoutePeer {
  /** Once it is known. */
  readonly originHost?: string
  /** Realms that it leads to; absent for a relay agent that leads everywhere. */
  readonly realms?: readonly string[]
  /** `connecting` may soon be `usable`; `down` is not worth waiting for. */
  readonly condition: 'usable' | 'connecting' | 'down'
  /** Resolves when it is no longer `connecting`, at once if it is not. */
  whenDecided(): Promise<void>
  /** Sends with a Hop-by-Hop Identifier of its own. */
  request(message: DiameterMessage, timeoutMs: number): Promise<RequestOutcome>
}

/** Where a request is to go. */
export interface Route {
  readonly destinationRealm: string
  readonly destinationHost?: string
}

/** An answer, or why there is none. */
export type RoutedOutcome =
  | Exclude<RequestOutcome, { readonly outcome: 'lost' }>
  /** No peer could be asked, or none was left to ask. */
  | { readonly outcome: 'unreachable' }

/** Sends a request and waits for its answer. */
export type RoutedClient = (
  message: DiameterMessage,
  route: Route,
  timeoutMs: number,
) => Promise<RoutedOutcome>

/** @param peers In the order of preference. */
export function createRoutedClient(peers: readonly RoutePeer[]): RoutedClient {
  return async (message, route, timeoutMs) => {
    const tried = new Set<RoutePeer>()
    let outcome: RoutedOutcome = { outcome: 'unreachable' }
    let retransmitted = false
    for (;;) {
      const left = candidates(peers, route).filter((peer) => !tried.has(peer))
      const peer = await firstUsable(left)
      if (peer === undefined) return outcome
      tried.add(peer)
      const asked = await peer.request({ ...message, retransmitted }, timeoutMs)
      if (asked.outcome === 'lost') {
        retransmitted = true
        continue
      }
      outcome = asked
      if (asked.outcome === 'timeout' || !asksForAnother(asked.message)) return asked
    }
  }
}

/** The host itself if it is a peer, before those that lead to its realm. RFC 6733 6.1.5, 6.1.6 */
function candidates(
  peers: readonly RoutePeer[],
  { destinationRealm, destinationHost }: Route,
): readonly RoutePeer[] {
  const isHost = ({ originHost }: RoutePeer): boolean =>
    destinationHost !== undefined &&
    originHost !== undefined &&
    isSameIdentity(originHost, destinationHost)
  const leadsThere = ({ realms }: RoutePeer): boolean =>
    realms?.some((realm) => isSameIdentity(realm, destinationRealm)) ?? true
  const others = peers.filter((peer) => !isHost(peer) && leadsThere(peer))
  return [...peers.filter(isHost), ...others]
}

/** A peer that is about to be connected is waited for, but only if no other can be asked. */
async function firstUsable(peers: readonly RoutePeer[]): Promise<RoutePeer | undefined> {
  for (;;) {
    const usable = peers.find(({ condition }) => condition === 'usable')
    if (usable !== undefined) return usable
    const connecting = peers.filter(({ condition }) => condition === 'connecting')
    if (connecting.length === 0) return undefined
    await Promise.race(connecting.map((peer) => peer.whenDecided()))
  }
}

/** "unable to deliver" and "too busy" are worth another peer. RFC 6733 7.1.3 */
function asksForAnother({ error, avps }: DiameterMessage): boolean {
  const result = error ? avps.find(isResultCode) : undefined
  if (result === undefined || result.data.length !== 4) return false
  const code = unsigned32.decode(result.data)
  return code === RESULT_CODE.DIAMETER_UNABLE_TO_DELIVER || code === RESULT_CODE.DIAMETER_TOO_BUSY
}

function isResultCode({ code, vendorId }: { code: number; vendorId: number }): boolean {
  return vendorId === 0 && code === RESULT_CODE_AVP.code
}
