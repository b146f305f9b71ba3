/** What a Diameter node is: its name, its identifiers, how long it waits. RFC 6733 2.1, RFC 3539 3.4.1 */
import type { Socket } from 'node:net'
import type { PeerDescription } from '../../diameter/base/capabilities.ts'
import {
  createCounter,
  createNodeIdentifiers,
  type NodeIdentifiers,
} from '../../diameter/base/identifiers.ts'
import type { PeerContext } from '../../diameter/base/peer-state.ts'
import { plainAddress, withoutZone } from '../../identity/address-group.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { type Log, noLog } from '../../ports/log.ts'
import type { Random } from '../../ports/random.ts'
import type { Trace } from '../../trace/trace.ts'
import { ipOctets } from '../tls/ip-octets.ts'
import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from './peer-connection.ts'

/** How a node presents itself and waits. */
export interface DiameterNodeOptions {
  /** DiameterIdentity of this node, a domain name. */
  readonly originHost: string
  readonly originRealm: string
  /** Tw: how long a connection may be silent before the peer is asked; default 30 s. RFC 3539 3.4.1 */
  readonly watchdogMs?: number
  readonly limits?: Partial<ConnectionLimits>
}

/** What a node is given. */
export interface DiameterPorts {
  readonly clock: Clock
  readonly random: Random
  readonly log?: Log
  readonly trace?: Trace
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/** A node of one application, as its connections need it. */
export interface DiameterNode {
  readonly identifiers: NodeIdentifiers
  readonly limits: ConnectionLimits
  readonly log: Log
  /** For one connection. */
  contextOf(socket: Socket, accepts: (peer: PeerDescription) => boolean): PeerContext
}

const PRODUCT_NAME = 'cpns'
const WATCHDOG_MS = 30_000
/** RFC 3539 3.4.1: Tw is never less than six seconds; tests may want less. */
const JITTER_MS = 2000
const CAPABILITIES_MS = 5000
const CLOSING_MS = 1000

/** @param applicationId Of 3GPP: Zh or Zn. */
export function createDiameterNode(
  options: DiameterNodeOptions & { readonly applicationId: number },
  { clock, random, log = noLog }: DiameterPorts,
): DiameterNode {
  const { originHost, originRealm, applicationId } = options
  const identifiers = createNodeIdentifiers(originHost, { clock, random })
  const timings = {
    capabilitiesMs: CAPABILITIES_MS,
    watchdogMs: createJitter(options.watchdogMs ?? WATCHDOG_MS, random),
    closingMs: CLOSING_MS,
  }
  return {
    identifiers,
    log,
    limits: { ...DEFAULT_CONNECTION_LIMITS, ...options.limits },
    contextOf(socket, accepts) {
      const nextHopByHop = createCounter(random)
      const octets = addressOctets(socket.localAddress)
      return {
        node: {
          originHost,
          originRealm,
          productName: PRODUCT_NAME,
          originStateId: identifiers.originStateId,
          applicationIds: [applicationId],
          hostIpAddresses: [{ family: octets.length === 4 ? 1 : 2, octets }],
        },
        nextIds: () => ({ hopByHop: nextHopByHop(), endToEnd: identifiers.nextEndToEnd() }),
        accepts,
        timings,
      }
    },
  }
}

/**
 * An address that the platform writes, without what is only its own: the zone of a link-local one, and IPv6 around
 * IPv4. A socket that is gone has none.
 */
function addressOctets(address = '::'): Uint8Array {
  return ipOctets(withoutZone(plainAddress(address)))
}

/** Tw with up to two seconds more or less, never under half of it. Asked for every message, so drawn before. */
function createJitter(watchdogMs: number, random: Random): () => number {
  const jitterMs = Math.min(JITTER_MS, watchdogMs / 2)
  const waits = [...random.octets(64)].map((octet) => watchdogMs + (octet / 127.5 - 1) * jitterMs)
  let next = 0
  return () => waits[next++ % waits.length] ?? watchdogMs
}

/** What only a fault of ours can be: no more than its kind, because its text could hold anything. */
export function reportFault(log: Log, error: unknown): void {
  log.error('diameter-fault', { reason: error instanceof Error ? error.name : 'unknown' })
}
