/** A PNE on its data folder that gets its EUKey with a password: paired by a code, triggered or not. M-5, M-7 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Secret } from '../../crypto/secret.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import type { UserId } from '../../identity/user-id.ts'
import type { AcceptedTrigger } from '../../pne/check-trigger.ts'
import { registerOwner, relayedExchange, waitForTrigger } from '../../pne/gateway-talk.ts'
import { obtainEuKey } from '../../pne/obtain-eukey.ts'
import type { DeviceEuKey, PneStore } from '../../pne/pne-store.ts'
import type { FrameSocket } from '../../ports/frame-socket.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { openDataFolder } from '../data-folder/data-folder.ts'
import { requestEuKeyOverPost } from '../gateway/request-eukey-over-post.ts'
import { openPneStore } from '../sqlite/pne-store.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import type { Trust } from '../tls/trust.ts'
import { connectGateway, PAIRING_FILE, PNE_DATABASE } from './open-pne.ts'
import { type Pairing, readPairing, writePairing } from './pairing.ts'

/** How a PNE asks. */
export interface PneEuKeyWish {
  /** Waits for a trigger of its PN GW first. */
  readonly isTriggered: boolean
  /** Asked for if no trigger brings one. */
  readonly password: (userId: UserId) => Promise<Secret>
  /** A way of its own to the server; default through the PN GW, which the server must trust. M-7 */
  readonly server?: { readonly url: string; readonly trust: Trust }
  /** Name of the database in the folder that gets the EUKey; default the PNE's. */
  readonly euKeyDatabase?: string
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/**
 * Pairs a PNE: shows the code to its PN GW, and keeps pairing and owner.
 *
 * @throws {ConfigurationInvalid} If there is no TLS, the code is none, or the folder cannot be used.
 * @throws {AuthenticationFailed} If the PN GW refuses.
 */
export async function pairPneByCode(
  dataFolder: string,
  wish: { readonly pairing: Pairing; readonly code: string; readonly keyLog?: KeyLog },
): Promise<UserId> {
  const { pairing, keyLog } = wish
  const code = codeOf(wish.code)
  assertTls(pairing)
  const random = createSystemRandom()
  const folder = await openDataFolder(dataFolder, { create: true }, random)
  const store = openPneStore(folder.file(PNE_DATABASE), folder.sealer)
  let socket: FrameSocket | undefined
  try {
    socket = await connectGateway(pairing, keyLog)
    const asked = { ...namesOf(pairing), code }
    const owner = await registerOwner(socket, asked, { clock: systemClock, random })
    await store.saveOwner(owner)
    writePairing(folder.file(PAIRING_FILE), pairing)
    return owner.userId
  } finally {
    socket?.close()
    await store.close()
  }
}

/** As a person types it: in small letters too. */
function codeOf(typed: string): string {
  const code = typed.trim().toUpperCase()
  if (!/^[0-9A-Z-]{1,32}$/.test(code)) {
    throw new ConfigurationInvalid('the code: not of letters and digits, as the PN GW printed it')
  }
  return code
}

/**
 * Gets an EUKey with the owner's password, and keeps it sealed.
 *
 * @throws {ConfigurationInvalid} If it was not paired by a code, or there is no TLS.
 * @throws {CpnsError} As the way to the server; `AssignmentRefused` if that gives none.
 */
export async function obtainPneEuKey(dataFolder: string, wish: PneEuKeyWish): Promise<DeviceEuKey> {
  const random = createSystemRandom()
  const folder = await openDataFolder(dataFolder, { create: false }, random)
  const pairing = readPairing(folder.file(PAIRING_FILE))
  const needsGateway = wish.isTriggered || wish.server === undefined
  if (needsGateway) assertTls(pairing)
  const store = openPneStore(folder.file(PNE_DATABASE), folder.sealer)
  const { euKeyDatabase } = wish
  const keyStore = euKeyDatabase && openPneStore(folder.file(euKeyDatabase), folder.sealer)
  const open: { socket?: FrameSocket } = {}
  try {
    const owner = await store.loadOwner()
    if (owner === undefined)
      throw new ConfigurationInvalid('the PNE has no owner: pair it by a code')
    const trigger = wish.isTriggered
      ? await triggered(pairing, store, { ...wish, open })
      : undefined
    const password = trigger?.password ?? (await wish.password(owner.userId))
    const asked = {
      entityId: pairing.entityId,
      userId: owner.userId,
      password,
      ...(trigger && { nonce: trigger.nonce }),
    }
    const { keyLog } = wish
    const ports = {
      store: keyStore || store,
      clock: systemClock,
      random,
      ...(keyLog && { keyLog }),
    }
    if (wish.server !== undefined) {
      return await requestEuKeyOverPost({ ...asked, server: wish.server }, ports)
    }
    open.socket ??= await connectGateway(pairing, keyLog)
    const exchange = relayedExchange(open.socket, ports)
    return await obtainEuKey(asked, { ...ports, exchange })
  } finally {
    open.socket?.close()
    await store.close()
    if (keyStore) await keyStore.close()
  }
}

/** A PN GW closes a socket that waits too long; then the PNE connects again. Design 7 */
async function triggered(
  pairing: Pairing,
  store: PneStore,
  { open, keyLog }: { readonly open: { socket?: FrameSocket } } & Pick<PneEuKeyWish, 'keyLog'>,
): Promise<AcceptedTrigger> {
  const ports = { store, clock: systemClock, random: createSystemRandom() }
  for (;;) {
    open.socket = await connectGateway(pairing, keyLog)
    const trigger = await waitForTrigger(open.socket, namesOf(pairing), ports)
    if (trigger !== undefined) return trigger
    // A timer of the clock would not keep the process, and there is no socket that does.
    await pause(RECONNECT_MS)
  }
}

const RECONNECT_MS = 500

function namesOf({ entityId, gateway }: Pairing) {
  return { entityId, gatewayEntityId: gateway.entityId }
}

/** Neither assignment nor trigger without TLS. Design 7 */
function assertTls({ gateway: { url } }: Pairing): void {
  if (url.startsWith('wss:')) return
  throw new ConfigurationInvalid(
    `${url}: without TLS there is neither pairing by a code nor trigger`,
  )
}
