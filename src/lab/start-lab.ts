/** Starts all roles of the lab, each on its real transport on loopback, and stops them in order. Design 10 */
import { appendFileSync } from 'node:fs'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { migrateAtStart } from '../adapters/data-folder/migrate-folder.ts'
import { connectCpnsPost } from '../adapters/http/post-cpns.ts'
import { createPinoLog } from '../adapters/log/pino-log.ts'
import { connectUb } from '../adapters/ub/connect-ub.ts'
import { serviceAddress } from '../cpns-server/services.ts'
import { ConfigurationInvalid, StoreFailed } from '../errors/errors.ts'
import { concatOctets, utf8 } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { KeyLog } from '../ports/key-log.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../trace/trace.ts'
import { loadLabCards, openCard, openOwnCard } from './lab-cards.ts'
import type { LabConfig } from './lab-config.ts'
import { LOG_FILE } from './lab-files.ts'
import { prepareGateway } from './lab-gateway.ts'
import { ECHO_SERVICE, ENTITIES, IMPI, nameOf, OTHER_IMPI } from './lab-names.ts'
import { type LabNetwork, startNetwork } from './lab-network.ts'
import { preparePasswordGateway } from './lab-password-gateway.ts'
import { preparePne } from './lab-pne.ts'
import type { LabContext } from './lab-ports.ts'
import type { LabWorld } from './lab-world.ts'
import type { LabAddress } from './reporter.ts'

/** A running lab. */
export interface Lab {
  readonly world: LabWorld
  readonly addresses: readonly LabAddress[]
  /** Ends all of it; resolves when no listener and no file is open. Safe to call twice. */
  stop(): Promise<void>
}

/** What a lab is given. */
export interface LabPorts {
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  /** Takes the secrets of all TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/**
 * @param options.dataFolder Made if it is missing.
 * @param options.reader Where the PN GW finds the data folder's card, for instance `pcsc`; default there.
 * @throws {ConfigurationInvalid} If the folder or a port cannot be used; nothing is left running then.
 */
export async function startLab(
  options: { readonly config: LabConfig; readonly dataFolder: string; readonly reader?: string },
  ports: LabPorts,
): Promise<Lab> {
  const folder = await openDataFolder(options.dataFolder, { create: true }, ports.random)
  const log = createPinoLog({
    entity: 'lab',
    destination: { write: (line) => appendLine(folder.file(LOG_FILE), line) },
  })
  migrateAtStart(folder.path, log)
  const releases: LabContext['releases'] = []
  const stop = async (): Promise<void> => {
    for (let release = releases.pop(); release !== undefined; release = releases.pop()) {
      await release()
    }
  }
  try {
    const started = await startParts({ ...options, ...ports, folder, log, releases })
    return { ...started, stop }
  } catch (error) {
    await stop()
    throw startingError(error, options.dataFolder)
  }
}

/** A store that fails at the start is a folder that cannot be used, for instance with another master key. */
function startingError(error: unknown, folder: string): unknown {
  if (!(error instanceof StoreFailed)) return error
  return new ConfigurationInvalid(`data folder ${folder}: ${error.message}`, { cause: error })
}

/** A full disk must not stop the program that logs. */
function appendLine(file: string, line: string): void {
  try {
    appendFileSync(file, line, { mode: 0o600 })
  } catch {
    // There is nowhere to say it.
  }
}

async function startParts(context: LabContext): Promise<Omit<Lab, 'stop'>> {
  const { clock, random, trace, releases } = context
  const cards = await loadLabCards(context)
  const subscribers = [
    { impi: IMPI, card: cards.own.profile },
    { impi: OTHER_IMPI, card: cards.other.profile },
  ]
  const network = await startNetwork(context, subscribers)
  const ub = connectUb({ baseUrl: network.ubUrl })
  releases.push(() => ub.close())
  const trust = { kind: 'pin', sha256: network.serverPin } as const
  const post = connectCpnsPost({ url: network.serverUrl, trust })
  releases.push(() => post.close())
  const card = await openOwnCard(cards.own, context)
  releases.push(() => card.close())
  const gateway = await prepareGateway(context, network, { card, ub })
  const passwordGateway = await preparePasswordGateway(context, network)
  const parts = { gateway, serverStore: network.serverStore }
  const [watch, car] = [
    await preparePne('watch', context, parts),
    await preparePne('car', context, parts),
  ]
  startEcho(network, context)
  return {
    addresses: addressesOf(network, { gateway, home: passwordGateway }),
    world: {
      clock,
      random,
      trace,
      server: network.server,
      serverStore: network.serverStore,
      stores: network.stores,
      gateway: gateway.gateway,
      credentials: gateway.credentials,
      passwordGateway,
      pnes: { watch, car },
      subscribers: subscribers.map(({ impi, card: { credentials } }) => ({
        impi,
        algorithm: credentials.algorithm,
      })),
      post,
      ub,
      openClonedCard: () => openCard(cards.cloned, 'cloned PN GW', context),
      openOtherCard: () => openCard(cards.other, 'other PN GW', context),
      lastSent: (name) => gateway.tap.last(name),
      lastReceived: (name) => gateway.tap.last(name),
      setSessionLifetime(seconds) {
        network.sessionLifetimes.pnGw = seconds
      },
      untilSessionEnds: () => gateway.untilSessionEnds(),
    },
  }
}

/** The application at the server: answers every message with what it got. */
function startEcho({ server }: LabNetwork, { trace, clock, releases }: LabContext): void {
  const own = serviceAddress(ECHO_SERVICE)
  const unregister = server.registerService(ECHO_SERVICE, async (message) => {
    const { from, messageId, payload, contentType } = message
    trace({
      kind: 'note',
      atMs: clock.nowMs(),
      entity: 'application',
      text: `answers ${messageId}`,
    })
    await server.submit({
      messageId: `re-${messageId}`.slice(0, 64),
      from: own,
      to: from,
      contentType,
      payload: concatOctets(utf8('echo: '), payload),
      expires: 3600,
    })
  })
  releases.push(unregister)
}

function addressesOf(
  network: LabNetwork,
  { gateway, home }: Readonly<Record<'gateway' | 'home', { readonly url: string }>>,
): readonly LabAddress[] {
  const { ubUrl, zhAddress, znAddress, serverUrl } = network
  return [
    { entity: 'HSS', address: zhAddress, points: 'Zh' },
    { entity: 'BSF', address: ubUrl, points: 'Ub' },
    { entity: 'BSF', address: znAddress, points: 'Zn' },
    { entity: 'CPNS Server', address: serverUrl, points: 'CPNS-2' },
    { entity: 'PN GW', address: gateway.url, points: 'CPNS-1' },
    { entity: nameOf(ENTITIES.home), address: home.url, points: 'CPNS-1' },
  ]
}
