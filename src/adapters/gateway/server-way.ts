/**
 * The way of a PN GW to its CPNS Server: CPNS-2 under a certificate, or PSK-TLS with a key of the same
 * bootstrapping run that the EUKey is from. Design 7
 */
import type { CredentialSource, Credentials } from '../../cpns/credentials.ts'
import type { Btid } from '../../identity/btid.ts'
import type { Fqdn } from '../../identity/fqdn.ts'
import type { UaKeySource } from '../../naf/card-key-source.ts'
import type { PskVersion } from '../../naf/psk-exchange.ts'
import type { GbaCredentials } from '../../pn-gw/gba-credentials.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FrameSocket } from '../../ports/frame-socket.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { createPskConnector } from '../naf/psk-client.ts'
import type { Trust } from '../tls/trust.ts'
import { connectFrameSocket } from '../ws/connect-frame-socket.ts'

/** `https://host:port/cpns` of a CPNS Server, and how it proves itself below the handshake. */
export type ServerTarget =
  | { readonly url: string; readonly trust: Trust }
  /** The version of TLS that PSK-TLS is spoken in. TS 33.222 5.4 */
  | { readonly url: string; readonly psk: PskVersion }

/** Connections to the server, and the credentials to use on them. */
export interface ServerWay {
  readonly credentials: CredentialSource
  /** @throws {TransportFailed} If there is no way to the server now. @throws {CpnsError} For good. */
  connect(): Promise<FrameSocket>
}

/** What PSK-TLS needs. */
export interface PskWayPorts {
  readonly credentials: GbaCredentials
  readonly nafFqdn: Fqdn
  readonly clock: Clock
  /** Takes the secrets of the connections; default nobody. */
  readonly keyLog?: KeyLog
}

const SUBPROTOCOL = 'cpns2.v1'
const ALPN = ['http/1.1']

/** @param ports.nafFqdn FQDN of the server as NAF, as configured. */
export function createServerWay(server: ServerTarget, ports: PskWayPorts): ServerWay {
  if ('psk' in server) return createPskWay(socketTargetOf(server), server.psk, ports)
  return { credentials: ports.credentials, connect: () => connectTrusted(server, ports.keyLog) }
}

/** CPNS-2 under a certificate. @throws As `ServerWay.connect`. */
export function connectTrusted(
  server: Extract<ServerTarget, { trust: unknown }>,
  keyLog?: KeyLog,
): Promise<FrameSocket> {
  return connectFrameSocket({
    ...socketTargetOf(server),
    trust: server.trust,
    ...(keyLog && { keyLog }),
  })
}

function socketTargetOf({ url }: ServerTarget) {
  return { url: url.replace(/^http/, 'ws'), subprotocol: SUBPROTOCOL }
}

/**
 * The server takes only the EUKey that goes with the key of the connection: when another bootstrapping run
 * gave a new one, the connection ends, and the next has both from that run.
 */
function createPskWay(
  target: { readonly url: string; readonly subprotocol: string },
  version: PskVersion,
  { credentials, nafFqdn, clock, keyLog }: PskWayPorts,
): ServerWay {
  let tlsBtid: Btid | undefined
  let socket: FrameSocket | undefined
  const keys: UaKeySource = {
    async obtain(wanted) {
      const key = await credentials.uaKeys.obtain(wanted)
      tlsBtid = key.btid
      return key
    },
  }
  const psk = createPskConnector({
    keys,
    nafFqdn,
    version,
    clock,
    alpn: ALPN,
    ...(keyLog && { keyLog }),
  })
  const matched = async (obtaining: Promise<Credentials>): Promise<Credentials> => {
    const obtained = await obtaining
    if (obtained.btid !== tlsBtid) socket?.close('another bootstrapping run')
    return obtained
  }
  return {
    credentials: {
      obtain: (refused) => matched(credentials.obtain(refused)),
      raiseDemand: (keyType) => matched(credentials.raiseDemand(keyType)),
    },
    async connect() {
      socket = await connectFrameSocket({ ...target, psk })
      return socket
    },
  }
}
