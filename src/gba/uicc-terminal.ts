/**
 * A terminal: from any card in any reader to what GBA needs of it. Nothing here assumes our own card.
 * TS 31.102 5, 7.1, TS 31.103 7.1
 */
import type { ApplicationName } from '../apdu/aid.ts'
import type { Challenge } from '../apdu/authenticate-data.ts'
import { GBA_FILES } from '../apdu/gba-files.ts'
import { SW } from '../apdu/status-words.ts'
import type { UiccReader } from '../apdu/uicc-reader.ts'
import type { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { Clock } from '../ports/clock.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import type { GbaCard } from './gba-card.ts'
import { selectWanted, type WantedApplication } from './uicc-terminal-application.ts'
import {
  authenticateBootstrapping,
  authenticateNafDerivation,
  authenticateUmts,
} from './uicc-terminal-authenticate.ts'
import { createBootstrapFile } from './uicc-terminal-bootstrap.ts'
import { CardRefused, type CommandSender, createCommandSender } from './uicc-terminal-commands.ts'
import { createEuKeyOperations } from './uicc-terminal-eukey.ts'
import { type CardIdentity, readIdentity } from './uicc-terminal-identity.ts'
import { verifyPin } from './uicc-terminal-pin.ts'

/** How a card is used. */
export interface TerminalOptions {
  /** Default `auto`. */
  readonly application?: WantedApplication
  /** 4 to 8 ASCII digits; given to the card only if it asks for them. */
  readonly pin?: Secret
  /** Default: nobody looks. */
  readonly trace?: Trace
  /** Times of the trace; without it they are 0. */
  readonly clock?: Clock
  /** Name of the terminal in the trace; default `PN GW`. */
  readonly entityName?: string
}

/**
 * Resets the card, selects an application and reads who its user is. The reader belongs to the card from
 * then on, and is closed with it; also if this fails.
 *
 * @throws {TransportFailed} If there is no card, or it is gone.
 * @throws {Unsupported} If it has no such application, or refuses what is needed; the status word is named.
 * @throws {ConfigurationInvalid} If it asks for a PIN that was not given, or that it must not be given.
 * @throws {AuthenticationFailed} If the PIN is wrong.
 * @throws {InvalidMessage} If a file or an answer is not what it should be.
 */
export async function openUiccApplication(
  reader: UiccReader,
  options: TerminalOptions = {},
): Promise<GbaCard> {
  const { application: wanted = 'auto', trace = noTrace, clock, entityName = 'PN GW' } = options
  const sender = createCommandSender(reader, { terminal: entityName, trace, clock })
  try {
    await reader.reset()
    const application = await selectWanted(sender, wanted)
    sender.nameCard(application)
    const identity = await identify(sender, application, options.pin)
    return createGbaCard({ reader, sender, application, identity })
  } catch (error) {
    await reader.close()
    throw error
  }
}

/** Gives the PIN only to a card that asks for it. */
async function identify(
  sender: CommandSender,
  application: ApplicationName,
  pin: Secret | undefined,
): Promise<CardIdentity> {
  try {
    return await readIdentity(sender, application)
  } catch (error) {
    const asks = error instanceof CardRefused && error.statusWord === SW.securityStatusNotSatisfied
    if (!asks) throw error
  }
  if (pin === undefined) throw new ConfigurationInvalid('the card asks for its PIN')
  await verifyPin(sender, pin)
  return readIdentity(sender, application)
}

interface OpenApplication {
  readonly reader: UiccReader
  readonly sender: CommandSender
  readonly application: ApplicationName
  readonly identity: CardIdentity
}

function createGbaCard({ reader, sender, application, identity }: OpenApplication): GbaCard {
  const gbabp = { name: 'EF_GBABP', fileId: GBA_FILES[application].gbabp }
  const held = createBootstrapFile(sender, gbabp)
  return {
    application,
    ...identity,
    async bootstrap(challenge: Challenge) {
      let hasFormerKs = false
      try {
        const outcome = await authenticateBootstrapping(sender, challenge)
        hasFormerKs = outcome.outcome !== 'success'
        return outcome
      } finally {
        if (!hasFormerKs) held.forget()
      }
    },
    authenticateUmts: (challenge: Challenge) => authenticateUmts(sender, challenge),
    deriveKsExtNaf: (nafId) => authenticateNafDerivation(sender, nafId, identity.impi),
    readBootstrap: () => held.read(),
    writeBootstrap: (bootstrap) => held.write(bootstrap),
    euKeyOperations: (nafId) => createEuKeyOperations(sender, nafId),
    close: () => reader.close(),
  }
}
