/** All that the story's steps may touch: the running roles, and the ways to them from outside. */
import type { CpnsPost } from '../adapters/http/post-cpns.ts'
import type { CpnsServer } from '../cpns-server/create-cpns-server.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import type { PnGw } from '../pn-gw/create-pn-gw.ts'
import type { GbaCredentials } from '../pn-gw/gba-credentials.ts'
import type { Pne } from '../pne/create-pne.ts'
import type { IncomingMessage } from '../pne/inbox.ts'
import type { PneStore } from '../pne/pne-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { Store } from '../ports/store.ts'
import type { Trace } from '../trace/trace.ts'
import type { PneName } from './lab-names.ts'
import type { LabPasswordGateway } from './lab-password-gateway.ts'

/** A PNE of the lab. */
export interface LabPne {
  readonly name: PneName
  readonly pne: Pne
  readonly store: PneStore
  /** The next message that its application got and nobody looked at yet. */
  readonly nextMessage: () => Promise<IncomingMessage>
}

/** A subscriber of the lab's HSS, as it may be shown. */
export interface LabSubscriberInfo {
  readonly impi: string
  readonly algorithm: 'milenage' | 'tuak'
}

/** A running lab, seen from the story. */
export interface LabWorld {
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  readonly server: CpnsServer
  readonly serverStore: ServerStore
  /** Of HSS, BSF and CPNS Server, by name of the entity. */
  readonly stores: Readonly<Record<string, Pick<Store, 'check'>>>
  readonly gateway: PnGw
  readonly credentials: GbaCredentials
  /** The one without a card. */
  readonly passwordGateway: LabPasswordGateway
  readonly pnes: Readonly<Record<PneName, LabPne>>
  /** Those of the HSS. */
  readonly subscribers: readonly LabSubscriberInfo[]
  /** `POST /cpns` over HTTPS, as anybody could. */
  readonly post: CpnsPost
  /** The BSF over HTTP, as anybody could. */
  readonly ub: UbExchange
  /** A card with the PN GW's identity and another K. */
  openClonedCard(): Promise<GbaCard>
  /** The card of another honest subscriber. */
  openOtherCard(): Promise<GbaCard>
  /** The last handshake message of this name that the PN GW sent, octet for octet. */
  lastSent(name: 'ConnectRequest' | 'AuthenticateResponse'): Uint8Array | undefined
  /** The last handshake message of this name that the PN GW received, octet for octet. */
  lastReceived(name: 'ConnectResponse'): Uint8Array | undefined
  /** Life of the PN GW's next session, in seconds. */
  setSessionLifetime(seconds: number): void
  /** Resolves when the PN GW's session has ended, at that very moment. */
  untilSessionEnds(): Promise<void>
}
