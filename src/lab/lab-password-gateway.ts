/** The lab's PN GW without a card: its owner has UserID and password at the server. CR 7.4.3.1, Design 10 */

import { requestEuKeyOverPost } from '../adapters/gateway/request-eukey-over-post.ts'
import { type ListeningGateway, servePasswordGateway } from '../adapters/gateway/serve-gateway.ts'
import { openPneStore } from '../adapters/sqlite/pne-store.ts'
import { messageEvent } from '../cpns/message-trace.ts'
import { decodeMessage } from '../cpns/messages.ts'
import { DEFAULT_COST, parsePassword } from '../cpns/password-keys.ts'
import { makeUser } from '../cpns-server/users.ts'
import { parseUserId } from '../identity/user-id.ts'
import { toBase64 } from '../octets/octets.ts'
import { createAssignedCredentials } from '../pne/assigned-credentials.ts'
import type { DeviceEuKey } from '../pne/pne-store.ts'
import { GATEWAY_DATABASE } from './lab-files.ts'
import { ENTITIES, nameOf } from './lab-names.ts'
import type { LabNetwork } from './lab-network.ts'
import type { LabContext } from './lab-ports.ts'

/** A PN GW that is ready to log in. */
export interface LabPasswordGateway extends Pick<ListeningGateway, 'gateway' | 'url'> {
  readonly userId: string
  /** As `cpns user add`: a user with a password that is drawn at random and known to this PN GW only. */
  addUser(): Promise<void>
  /** As `cpns gateway login`. @throws {AssignmentRefused} If the server gives no EUKey. */
  login(): Promise<DeviceEuKey>
}

const OWNER = parseUserId('alice')
const PASSWORD_LENGTH = 18

/** Listens for PNEs; the rest is done by the story. */
export async function preparePasswordGateway(
  context: LabContext,
  network: LabNetwork,
): Promise<LabPasswordGateway> {
  const { config, folder, clock, random, releases } = context
  const store = openPneStore(folder.file(GATEWAY_DATABASE), folder.sealer)
  releases.push(() => store.close())
  const trust = { kind: 'pin', sha256: network.serverPin } as const
  const server = { url: network.serverUrl, trust }
  const served = await servePasswordGateway(
    {
      entityId: ENTITIES.home,
      name: nameOf(ENTITIES.home),
      serverName: nameOf(ENTITIES.server),
      server,
      listen: { host: config.host, port: 0 },
      certificateFolder: folder.file('home-tls'),
      renewAheadMs: 0,
    },
    { ...context, password: createAssignedCredentials({ store, clock }) },
  )
  releases.push(() => served.close())
  const password = parsePassword(toBase64(random.octets(PASSWORD_LENGTH)))
  return {
    gateway: served.gateway,
    url: served.url,
    userId: OWNER,
    async addUser() {
      const user = await makeUser({ userId: OWNER, password, cost: DEFAULT_COST }, context)
      const added = await network.serverStore.addUser(user)
      if (added === 'exists') await network.serverStore.changePassword(user)
    },
    login: () =>
      requestEuKeyOverPost(
        { server, entityId: ENTITIES.home, userId: OWNER, password },
        { store, clock, random, seen: traceWith(context) },
      ),
  }
}

function traceWith({ clock, trace }: LabContext) {
  return (side: 'sent' | 'received', octets: Uint8Array): void => {
    const { home, server } = ENTITIES
    const [from, to] = side === 'sent' ? [home, server] : [server, home]
    const at = { point: 'CPNS-2', side, from, to, atMs: clock.nowMs() } as const
    trace(messageEvent(decodeMessage(octets), at))
  }
}
