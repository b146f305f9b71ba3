/** A PNE of the lab: an assigned EUKey on both sides, and an application that keeps what it gets. K-4, Design 8 */
import { openPneStore } from '../adapters/sqlite/pne-store.ts'
import { connectFrameSocket } from '../adapters/ws/connect-frame-socket.ts'
import { provisionEuKey } from '../cpns-server/provision-eukey.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { Secret } from '../crypto/secret.ts'
import { parseUserId } from '../identity/user-id.ts'
import { createAssignedCredentials } from '../pne/assigned-credentials.ts'
import { createPne } from '../pne/create-pne.ts'
import type { IncomingMessage } from '../pne/inbox.ts'
import type { PneStore } from '../pne/pne-store.ts'
import { pneDatabase } from './lab-files.ts'
import type { LabGateway } from './lab-gateway.ts'
import { ENTITIES, type PneName } from './lab-names.ts'
import type { LabContext } from './lab-ports.ts'
import type { LabPne } from './lab-world.ts'

const OWNER = parseUserId('alice')
const EUKEY_LENGTH = 32
/** Life of an assigned EUKey. Design 12 */
const EUKEY_SECONDS = 30 * 86_400
const CPNS_1_SUBPROTOCOL = 'cpns1.v1'

/** Provisions the EUKey if it is not there yet; the PNE itself is started by the story. */
export async function preparePne(
  name: PneName,
  context: LabContext,
  parts: { readonly gateway: LabGateway; readonly serverStore: ServerStore },
): Promise<LabPne> {
  const { folder, releases, clock } = context
  const store = openPneStore(folder.file(pneDatabase(name)), folder.sealer)
  releases.push(() => store.close())
  await ensureEuKey(name, { ...context, store, serverStore: parts.serverStore })
  const arrived = createArrivals()
  const { url, pin } = parts.gateway
  const pne = createPne(
    {
      entityId: ENTITIES[name],
      gatewayEntityId: ENTITIES.gateway,
      algorithms: ['HMAC-SHA-256'],
      renewAheadMs: 0,
    },
    {
      ...context,
      store,
      credentials: createAssignedCredentials({ store, clock }),
      connectGateway: () =>
        connectFrameSocket({
          url,
          subprotocol: CPNS_1_SUBPROTOCOL,
          trust: { kind: 'pin', sha256: pin },
          ...(context.keyLog && { keyLog: context.keyLog }),
        }),
      onMessage: arrived.put,
    },
  )
  releases.push(() => pne.stop())
  return { name, pne, store, nextMessage: arrived.next }
}

/** What `cpns eukey add` does at the server, and the same key at the device. */
async function ensureEuKey(
  name: PneName,
  context: LabContext & { readonly store: PneStore; readonly serverStore: ServerStore },
): Promise<void> {
  const { clock, random, store, serverStore, trace } = context
  const entityId = ENTITIES[name]
  const nowMs = clock.nowMs()
  const [kept, atServer] = await Promise.all([
    store.loadEuKey(),
    serverStore.findCurrentEuKey(entityId, nowMs),
  ])
  const isKept = kept !== undefined && atServer?.id === kept.id && kept.expiresAtMs > nowMs
  if (isKept) {
    trace({ kind: 'note', atMs: nowMs, entity: entityId, text: 'still has its assigned EUKey' })
    return
  }
  const key = Secret.of(random.octets(EUKEY_LENGTH))
  const wish = { entityId, userId: OWNER, key, lifetimeSeconds: EUKEY_SECONDS }
  const euKey = await provisionEuKey(wish, { store: serverStore, clock, random })
  if (euKey !== undefined) await store.saveEuKey(euKey)
}

/** Messages in order, for one reader. */
function createArrivals(): {
  readonly put: (message: IncomingMessage) => void
  readonly next: () => Promise<IncomingMessage>
} {
  const waiting: IncomingMessage[] = []
  let reader: ((message: IncomingMessage) => void) | undefined
  return {
    put(message) {
      if (reader === undefined) waiting.push(message)
      else reader(message)
      reader = undefined
    },
    next() {
      const first = waiting.shift()
      if (first !== undefined) return Promise.resolve(first)
      return new Promise((resolve) => {
        reader = resolve
      })
    },
  }
}
