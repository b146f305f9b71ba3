/** A client's link with everything around it in memory, and a server by hand at each new connection. */
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { TransportFailed } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { noLog } from '../ports/log.ts'
import { HAND_EUKEY, HandServer } from './hand-server.fixture.ts'
import type { SessionLinkOptions, SessionLinkPorts } from './link-run.ts'

/** What the test sees. */
export interface LinkWorld {
  readonly clock: VirtualClock
  readonly options: SessionLinkOptions
  readonly ports: SessionLinkPorts
  /** What happened, in words. */
  readonly events: string[]
  /** While false, connecting fails. */
  isReachable: boolean
  /** The server's end of the next connection that the client makes. */
  accept(): Promise<HandServer>
}

/** @param change Ports that the test brings itself. */
export function createLinkWorld(change: Partial<SessionLinkPorts> = {}): LinkWorld {
  const clock = createVirtualClock()
  const events: string[] = []
  const arrived: HandServer[] = []
  let accepting: ((server: HandServer) => void) | undefined

  const world: LinkWorld = {
    clock,
    events,
    isReachable: true,
    options: {
      identity: {
        entityId: parseEntityId('urn:uuid:00000000-0000-4000-8000-0000000000bb'),
        role: 'pn-gw',
        algorithms: ['HMAC-SHA-256'],
      },
    },
    ports: {
      clock,
      random: createSeededRandom('link'),
      log: { ...noLog, warn: (event) => void events.push(event) },
      credentials: { obtain: async () => ({ euKey: HAND_EUKEY, keyType: 'assigned' }) },
      seen: () => {},
      handleRecord: async (type) => void events.push(`record ${type}`),
      onUp: (_, isNew, mayHaveLost) =>
        void events.push(`up${isNew ? ' new' : ''}${mayHaveLost ? '' : ' unbroken'}`),
      onDown: (reason) => void events.push(`down ${reason}`),
      onFailed: (error) => void events.push(`failed: ${error.message}`),
      async connect() {
        if (!world.isReachable) throw new TransportFailed('no way')
        const [client, far] = createSocketPair()
        const server = new HandServer(far)
        if (accepting === undefined) arrived.push(server)
        else accepting(server)
        accepting = undefined
        return client
      },
      ...change,
    },
    accept() {
      const first = arrived.shift()
      if (first !== undefined) return Promise.resolve(first)
      return new Promise((resolve) => {
        accepting = resolve
      })
    },
  }
  return world
}
