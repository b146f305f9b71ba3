/** A peer that this node connects to, again whenever the connection is lost. RFC 6733 2.1, 5.1 */
import { connect, type Socket } from 'node:net'
import { isSameIdentity } from '../../diameter/base/capabilities.ts'
import type { RequestDesk } from '../../diameter/base/request-desk.ts'
import type { RoutePeer } from '../../diameter/base/routed-client.ts'
import { TransportFailed } from '../../errors/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import { connectTls, type TlsTarget } from '../tls/connect-tls.ts'
import { type DiameterNode, type DiameterPorts, reportFault } from './diameter-node.ts'
import { PeerConnection } from './peer-connection.ts'

/** Where a peer is and how it is known. */
export interface DiameterTarget {
  readonly host: string
  readonly port: number
  /** Its Origin-Host; another one is not accepted. */
  readonly originHost: string
  /** Realms that it leads to; default: it is a relay agent that leads everywhere. */
  readonly realms?: readonly string[]
  /**
   * TLS in place of clear TCP, on a port of its own (5658). RFC 6733 13.1. Its certificate names
   * `originHost`, unless `serverName` says otherwise.
   */
  readonly tls?: Pick<TlsTarget, 'trust' | 'certificate' | 'serverName'>
}

/** The node that dials. */
export interface DialingNode extends DiameterNode {
  /** Answers what the peer asks. */
  readonly desk: RequestDesk
  /** Told when a connection is lost that had lasted. */
  readonly onLost?: () => void
}

/** A peer and the end of it. */
export interface DialedPeer extends RoutePeer {
  /** Tries now what it would try after a pause, unless the peer itself did not want to be called back. */
  hurry(): void
  /** Leaves the peer with DPR. Resolves when no socket and no timer is left. */
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 3000
/** Tc of RFC 6733 2.1 is 30 s: that is where the waits end, doubling from here. */
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 30_000
/** A connection that lasts this long has been worth it: the next failure starts with a short wait. */
const WORTHWHILE_MS = 10_000

/** Starts at once, and goes on until it is closed. */
export function dialPeer(
  target: DiameterTarget,
  node: DialingNode,
  { clock, random, keyLog }: DiameterPorts,
): DialedPeer {
  const name = `${target.host}:${target.port}`
  const abort = new AbortController()
  const own = { clock, signal: abort.signal, ...(keyLog && { keyLog }) }
  let connection: PeerConnection | undefined
  const attempt = createAttempt()
  let endPause = (): void => {}

  /** @returns Why it has ended. */
  const useConnection = async (): Promise<string> => {
    connection = await openConnection(target, node, own)
    if (abort.signal.aborted) return connection.stop(0)
    const peer = await connection.opened
    attempt.decide()
    if (peer !== undefined) node.log.info('diameter-peer-up', { peer: peer.originHost, at: name })
    return connection.closed
  }

  const run = async (): Promise<void> => {
    let waitMs = FIRST_WAIT_MS
    while (!abort.signal.aborted) {
      const startedAtMs = clock.monotonicMs()
      const reason = await useConnection().catch((error: Error) => error.message)
      const isDismissed = connection?.isDismissed === true
      connection = undefined
      attempt.decide()
      if (abort.signal.aborted) return
      if (clock.monotonicMs() - startedAtMs >= WORTHWHILE_MS) {
        waitMs = FIRST_WAIT_MS
        node.onLost?.()
      }
      // Who is busy, or has no use for us, is not called back at once. RFC 6733 5.4
      if (isDismissed) waitMs = LONGEST_WAIT_MS
      node.log.warn('diameter-peer-down', { at: name, reason, retryMs: waitMs })
      const [octet = 0] = random.octets(1)
      const paused = pause(waitMs * (0.75 + octet / 510), own)
      if (!isDismissed) endPause = paused.end
      await paused.over
      endPause = () => {}
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)
      attempt.begin()
    }
  }

  const running = run()
  return {
    originHost: target.originHost,
    ...(target.realms && { realms: target.realms }),
    get condition() {
      if (connection?.isUsable === true) return 'usable'
      return attempt.isUnderWay ? 'connecting' : 'down'
    },
    hurry: () => endPause(),
    whenDecided: attempt.whenDecided,
    request: (message, timeoutMs) =>
      connection?.request(message, timeoutMs) ?? Promise.resolve({ outcome: 'lost' }),
    async close() {
      abort.abort()
      attempt.decide()
      await connection?.stop(0)
      await running
    },
  }
}

/** @throws {TransportFailed} or {AuthenticationFailed}, with a reason for the log. */
async function openConnection(
  target: DiameterTarget,
  node: DialingNode,
  ports: Pick<DiameterPorts, 'clock' | 'keyLog'> & { readonly signal: AbortSignal },
): Promise<PeerConnection> {
  const { clock } = ports
  const socket = await connectSocket(target, ports)
  const { desk, limits, log } = node
  return new PeerConnection({
    socket,
    side: 'initiator',
    context: node.contextOf(socket, ({ originHost }) =>
      isSameIdentity(originHost, target.originHost),
    ),
    desk,
    clock,
    limits,
    log,
    report: (error) => reportFault(log, error),
  })
}

/** Over after this time, when the signal comes, or when it is ended. */
function pause(
  ms: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): { readonly over: Promise<void>; readonly end: () => void } {
  const gate = createGate()
  const end = (): void => {
    timer.cancel()
    signal.removeEventListener('abort', end)
    gate.open()
  }
  const timer = clock.setTimer(ms, end)
  signal.addEventListener('abort', end)
  return { over: gate.passed, end }
}

/** Whether an attempt to connect has come to its end; the first one is under way. */
function createAttempt() {
  let isUnderWay = true
  let decided = createGate()
  return {
    get isUnderWay() {
      return isUnderWay
    },
    begin: (): void => {
      isUnderWay = true
      decided = createGate()
    },
    decide: (): void => {
      isUnderWay = false
      decided.open()
    },
    whenDecided: (): Promise<void> => (isUnderWay ? decided.passed : Promise.resolve()),
  }
}

function createGate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}

function connectSocket(
  target: DiameterTarget,
  { signal, keyLog }: Pick<DiameterPorts, 'keyLog'> & { readonly signal: AbortSignal },
): Promise<Socket> {
  const { host, port, tls, originHost } = target
  if (tls === undefined) return connectTcp({ host, port }, signal)
  const own = { timeoutMs: CONNECT_TIMEOUT_MS, ...(keyLog && { keyLog }) }
  return connectTls({ serverName: originHost, host, port, ...own, ...tls })
}

function connectTcp(
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    const abort = (): void => void socket.destroy(new Error('closed'))
    signal.addEventListener('abort', abort, { once: true })
    const fail = ({ code = 'no answer' }: NodeJS.ErrnoException): void => {
      signal.removeEventListener('abort', abort)
      reject(new TransportFailed(`cannot connect to ${host}:${port} (${code})`))
    }
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error()))
    // Stays for as long as the socket lives, so that no late error of it is without a listener.
    socket.on('error', fail)
    socket.once('connect', () => {
      socket.setTimeout(0)
      signal.removeEventListener('abort', abort)
      resolve(socket)
    })
  })
}
