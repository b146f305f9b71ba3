/** A PNE on its data folder: pairing, assigned EUKey and seen-list from there, CPNS-1 over WebSocket. Design 7, 8 */

import type { Algorithm } from '../../cpns/algorithms.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { createAssignedCredentials } from '../../pne/assigned-credentials.ts'
import { createPne, type Pne, type PnePorts } from '../../pne/create-pne.ts'
import type { DeviceEuKey } from '../../pne/pne-store.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { noLog } from '../../ports/log.ts'
import { noTrace } from '../../trace/trace.ts'
import { type DataFolder, openDataFolder } from '../data-folder/data-folder.ts'
import { openPneStore } from '../sqlite/pne-store.ts'
import { holdProcess } from '../system/hold-process.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { connectFrameSocket } from '../ws/connect-frame-socket.ts'
import { type Pairing, readPairing, writePairing } from './pairing.ts'

/** A PNE and its files. */
export interface OpenedPne extends Pne {
  /** What the data folder says. */
  readonly pairing: Pairing
  /** Ends what is being handled, stops it and closes its store. */
  close(): Promise<void>
}

/** What can be handed in; all of it has a default. */
export type OpenPnePorts = Partial<
  Pick<PnePorts, 'onMessage' | 'onUp' | 'clock' | 'random' | 'log' | 'trace'>
> & {
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/** What can be chosen. */
export interface OpenPneOptions {
  /** Offered, best first; default `HMAC-SHA-256` alone. M-2 */
  readonly algorithms?: readonly Algorithm[]
}

/** Name of the pairing in a data folder. */
export const PAIRING_FILE = 'pne.json'
/** Name of the database in a data folder. */
export const PNE_DATABASE = 'pne.db'
const CPNS_1_SUBPROTOCOL = 'cpns1.v1'
const RENEW_AHEAD_MS = 30_000

/**
 * Keeps pairing and EUKey in the data folder, which is made if it is missing; former ones are replaced.
 *
 * @throws {ConfigurationInvalid} If the folder cannot be used.
 */
export async function pairPne(
  dataFolder: string,
  { pairing, euKey }: { readonly pairing: Pairing; readonly euKey: DeviceEuKey },
): Promise<void> {
  const folder = await openDataFolder(dataFolder, { create: true }, createSystemRandom())
  const store = openStore(folder)
  try {
    await store.saveEuKey(euKey)
    writePairing(folder.file(PAIRING_FILE), pairing)
  } finally {
    await store.close()
  }
}

/**
 * Another PN GW for a PNE that has an EUKey: that stays, whatever it came from, because it is the PNE's and the
 * server's alone.
 *
 * @returns The EUKey that stays.
 * @throws {ConfigurationInvalid} If the folder has no EUKey, or is that of another PNE; nothing is changed.
 */
export async function movePne(dataFolder: string, pairing: Pairing): Promise<DeviceEuKey> {
  const folder = await openDataFolder(dataFolder, { create: false }, createSystemRandom())
  const former = readPairing(folder.file(PAIRING_FILE))
  if (former.entityId !== pairing.entityId) {
    throw new ConfigurationInvalid(`${dataFolder} is the folder of ${former.entityId}`)
  }
  const store = openStore(folder)
  try {
    const euKey = await store.loadEuKey()
    if (euKey === undefined) throw new ConfigurationInvalid(`${dataFolder} has no EUKey`)
    writePairing(folder.file(PAIRING_FILE), pairing)
    return euKey
  } finally {
    await store.close()
  }
}

/**
 * A PNE that was paired before; `start()` brings it to its session, and keeps the process alive until it is
 * stopped or closed. Without `onMessage` it sends only: what comes for it stays at the server until somebody
 * listens.
 *
 * @param dataFolder As `pairPne` made it.
 * @throws {ConfigurationInvalid} If it was not paired, or the folder cannot be used.
 */
export async function openPne(
  dataFolder: string,
  ports: OpenPnePorts = {},
  { algorithms = ['HMAC-SHA-256'] }: OpenPneOptions = {},
): Promise<OpenedPne> {
  const { clock = systemClock, random = createSystemRandom(), log = noLog } = ports
  const folder = await openDataFolder(dataFolder, { create: false }, random)
  const pairing = readPairing(folder.file(PAIRING_FILE))
  const store = openStore(folder)
  const pne = createPne(
    { ...optionsOf(pairing), algorithms },
    {
      clock,
      random,
      log,
      trace: ports.trace ?? noTrace,
      store,
      credentials: createAssignedCredentials({ store, clock }),
      connectGateway: () => connectGateway(pairing, ports.keyLog),
      onMessage: ports.onMessage ?? leaveAtServer,
      ...(ports.onUp && { onUp: ports.onUp }),
    },
  )
  let release = (): void => {}
  const stop = (): void => {
    pne.stop()
    release()
  }
  return {
    pairing,
    async start() {
      release()
      release = holdProcess()
      try {
        await pne.start()
      } catch (error) {
        release()
        throw error
      }
    },
    send: (message) => pne.send(message),
    get session() {
      return pne.session
    },
    idle: () => pne.idle(),
    stop,
    async close() {
      await pne.idle()
      stop()
      await store.close()
    },
  }
}

function openStore(folder: DataFolder) {
  return openPneStore(folder.file(PNE_DATABASE), folder.sealer)
}

function optionsOf({ entityId, gateway }: Pairing) {
  return {
    entityId,
    gatewayEntityId: gateway.entityId,
    renewAheadMs: RENEW_AHEAD_MS,
  } as const
}

/** @param keyLog Takes the secrets of the connection. @throws {TransportFailed} If the PN GW cannot be reached. */
export function connectGateway({ gateway: { url, pin } }: Pairing, keyLog?: KeyLog) {
  const trust = pin === undefined ? {} : { trust: { kind: 'pin', sha256: pin } as const }
  return connectFrameSocket({
    url,
    subprotocol: CPNS_1_SUBPROTOCOL,
    ...trust,
    ...(keyLog && { keyLog }),
  })
}

/** Not acknowledged, so it comes again. Design 8 */
function leaveAtServer(): never {
  throw new Error('nobody listens')
}
