/**
 * A terminal: from any card in any reader to what GBA needs of it. Nothing here assumes our own card.
 * TS 31.102 5, 7.1, TS 31.103 7.1
 */
import type { ApplicationName } from '../apdu/aid.ts'
import type { Challenge } from '../apdu/authenticate-data.ts'
import { GBA_FILES } from '../apdu/gba-files.ts'
import type { UiccReader } from '../apdu/uicc-reader.ts'
import type { Secret } from '../crypto/secret.ts'
import type { Clock } from '../ports/clock.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import type { GbaCard } from './gba-card.ts'
import { selectWanted, type WantedApplication } from './uicc-terminal-application.ts'
import {
  authenticateBootstrapping,
  authenticateNafDerivation,
  authenticateUmts,
} from './uicc-terminal-authenticate.ts'
import { type BootstrapFile, createBootstrapFile } from './uicc-terminal-bootstrap.ts'
import { type CommandSender, createCommandSender } from './uicc-terminal-commands.ts'
import { createEuKeyOperations } from './uicc-terminal-eukey.ts'
import { type CardIdentity, readIdentity } from './uicc-terminal-identity.ts'
import { createPinPad } from './uicc-terminal-pin.ts'
import { type CardUse, createCardUse, type OpenedApplication } from './uicc-terminal-return.ts'

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
 * then on, and is closed with it; also if this fails. A card that was pulled is opened anew by the first operation
 * after it was put back.
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
  const withPin = createPinPad(sender, options.pin)
  const open = async (name: WantedApplication): Promise<OpenedApplication> => {
    await reader.reset()
    const application = await selectWanted(sender, name)
    sender.nameCard(application)
    return { application, identity: await withPin(() => readIdentity(sender, application)) }
  }
  try {
    const opened = await open(wanted)
    const file = { name: 'EF_GBABP', fileId: GBA_FILES[opened.application].gbabp }
    const held = createBootstrapFile(sender, file)
    const use = createCardUse({ opened, open, withPin, onReturn: () => held.forget() })
    return createGbaCard({ reader, sender, held, use, ...opened })
  } catch (error) {
    await reader.close()
    throw error
  }
}

function createGbaCard(card: {
  readonly reader: UiccReader
  readonly sender: CommandSender
  readonly held: BootstrapFile
  readonly use: CardUse
  readonly application: ApplicationName
  readonly identity: CardIdentity
}): GbaCard {
  const { reader, sender, held, use, application, identity } = card
  return {
    application,
    ...identity,
    async bootstrap(challenge: Challenge) {
      let hasFormerKs = false
      try {
        const outcome = await use(() => authenticateBootstrapping(sender, challenge))
        hasFormerKs = outcome.outcome !== 'success'
        return outcome
      } finally {
        if (!hasFormerKs) held.forget()
      }
    },
    authenticateUmts: (challenge: Challenge) => use(() => authenticateUmts(sender, challenge)),
    deriveKsExtNaf: (nafId) => use(() => authenticateNafDerivation(sender, nafId, identity.impi)),
    readBootstrap: () => use(() => held.read()),
    writeBootstrap: (bootstrap) => use(() => held.write(bootstrap)),
    euKeyOperations(nafId) {
      const operations = createEuKeyOperations(sender, nafId)
      return {
        start: () => use(() => operations.start()),
        prove: (proof) => use(() => operations.prove(proof)),
        confirm: (confirmation) => use(() => operations.confirm(confirmation)),
      }
    },
    close: () => reader.close(),
  }
}
