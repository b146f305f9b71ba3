/** A PSK-TLS server of one test, which says who came and answers with what it is told. */
import type { TLSSocket } from 'node:tls'
import { createVirtualClock, type VirtualClock } from '../../../test/support/virtual-clock.ts'
import { Secret } from '../../crypto/secret.ts'
import type { UaKey } from '../../naf/card-key-source.ts'
import { NAF_BTID, NAF_FQDN, NAF_IMPI } from '../../naf/naf.fixture.ts'
import {
  type PskAnswer,
  type PskLookup,
  type PskOffer,
  type PskPeer,
  type PskVersion,
  uaIdOfPskTls,
} from '../../naf/psk-exchange.ts'
import { formatPskIdentity } from '../../naf/psk-identity.ts'
import { connectPskTls, type PskTlsTarget } from './psk-client.ts'
import { type PskTlsServer, type ServePskTlsOptions, servePskTls } from './psk-server.ts'

export const PSK_IDENTITY = formatPskIdentity({ keyUse: 'ME', btid: NAF_BTID })
export const KEY_LIFETIME_MS = 3_600_000

/** What a test has in hand. */
export interface PskWorld {
  readonly server: PskTlsServer
  readonly clock: VirtualClock
  readonly offers: PskOffer[]
  readonly peers: PskPeer[]
  /** Names of what was logged. */
  readonly logged: string[]
  /** What is done with a connection; default: greets, and echoes. */
  onConnection: (socket: TLSSocket) => void
  lookup: PskLookup
  /** Connects as a client with the key of its version. */
  connect(change?: Partial<PskTlsTarget>): Promise<TLSSocket>
}

/** The key of a version: they must differ, as those of different Ua ids do. */
export function pskKeyOf(version: PskVersion): Uint8Array {
  return new Uint8Array(32).fill(version === '1.3' ? 0x13 : 0x12)
}

/** What a client has in hand. */
export function uaKeyOf(version: PskVersion, clock: VirtualClock): UaKey {
  return {
    btid: NAF_BTID,
    key: Secret.of(pskKeyOf(version)),
    expiresAtMs: clock.nowMs() + KEY_LIFETIME_MS,
  }
}

/** The answer for the one identity that is known. */
export function keyAnswer({ version, identities }: PskOffer, nowMs: number): PskAnswer {
  if (!identities.includes(PSK_IDENTITY)) return { outcome: 'unknown-identity' }
  const peer: PskPeer = {
    btid: NAF_BTID,
    impi: NAF_IMPI,
    gbaType: 'GBA_U',
    nafFqdn: NAF_FQDN,
    uaId: uaIdOfPskTls(version),
    expiresAtMs: nowMs + KEY_LIFETIME_MS,
  }
  return { outcome: 'key', identity: PSK_IDENTITY, key: Secret.of(pskKeyOf(version)), peer }
}

/** Listens on a free port of this machine. */
export async function startPskWorld(options: Partial<ServePskTlsOptions> = {}): Promise<PskWorld> {
  const clock = createVirtualClock()
  const note = (event: string): void => void world.logged.push(event)
  const server = await servePskTls(
    { host: '127.0.0.1', port: 0, ...options },
    {
      lookup(offer, address) {
        world.offers.push(offer)
        return world.lookup(offer, address)
      },
      clock,
      log: { info: note, warn: note, error: note },
      onConnection(socket, peer) {
        world.peers.push(peer)
        world.onConnection(socket)
      },
    },
  )
  const world: PskWorld = {
    server,
    clock,
    offers: [],
    peers: [],
    logged: [],
    onConnection(socket) {
      socket.write('hello ')
      socket.pipe(socket)
    },
    lookup: async (offer) => keyAnswer(offer, clock.nowMs()),
    connect(change = {}) {
      const key = uaKeyOf(change.version ?? '1.3', clock)
      const { port } = server
      return connectPskTls({ host: '127.0.0.1', port, nafFqdn: NAF_FQDN, key, clock, ...change })
    },
  }
  return world
}

/** All that comes until the other side ends. */
export async function readToEnd(socket: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of socket) parts.push(part)
  return Buffer.concat(parts).toString('latin1')
}
