/**
 * One card between two commands, and what a command makes of it. A command never changes a state: it
 * answers and gives the next one, which counts only once its durable part is saved.
 */
import type { AkaFunctions } from '../aka/aka-functions.ts'
import type { ApplicationName } from '../apdu/aid.ts'
import type { CommandApdu } from '../apdu/command-apdu.ts'
import type { EuKeyProof } from '../apdu/eukey-command.ts'
import { SW } from '../apdu/status-words.ts'
import type { Secret } from '../crypto/secret.ts'
import type { Random } from '../ports/random.ts'
import type { CardDirectory, CardElementaryFile } from './card-file.ts'
import type { CardFileSystem } from './card-file-system.ts'
import type { CardMemory, PinName, SqnOwner } from './card-memory.ts'
import type { ApplicationProfile, CardProfile } from './card-profile.ts'

/** What of a card never changes. */
export interface Card {
  readonly profile: CardProfile
  readonly files: CardFileSystem
  /** Draws RAND_client of the EUKey operations. K-1 */
  readonly random: Random
  /** The f-functions of an application, and whose SQN array goes with them. */
  functionsOf(application: ApplicationName): {
    readonly functions: AkaFunctions
    readonly sqnOwner: SqnOwner
  }
}

/** What is selected on one logical channel. TS 102 221 8.4, 8.7 */
export interface CardChannel {
  readonly directory: CardDirectory
  /** ADF of the active application. */
  readonly application?: CardDirectory
  readonly file?: CardElementaryFile
  /** Record pointer of `file`, from 1. */
  readonly record?: number
}

/** One run of the EUKey operations, from START to CONFIRM. K-1 */
export interface EuKeyExchange {
  /** Of the NAF_Id that START named, 32 octets. */
  readonly ksIntNaf: Secret
  /** Drawn by the card, 16 octets. */
  readonly randomClient: Uint8Array
  /** What the HASH was made of; absent before PROVE. */
  readonly proof?: EuKeyProof
}

/** What a reset clears. */
export interface CardSession {
  /** By channel number, 0 to 3; 0 is always open. */
  readonly channels: readonly (CardChannel | undefined)[]
  readonly verified: ReadonlySet<PinName>
  /** Octets that wait for GET RESPONSE, and on which channel. */
  readonly pending?: { readonly channel: number; readonly data: Uint8Array }
  /** The outstanding one of each application, whatever channel began it. K-1 */
  readonly euKeyExchanges: Readonly<Partial<Record<ApplicationName, EuKeyExchange>>>
}

/** A card between two commands. */
export interface CardState {
  readonly memory: CardMemory
  readonly session: CardSession
}

/** One command on its way through the card. */
export interface Turn {
  readonly card: Card
  readonly state: CardState
  readonly command: CommandApdu
  /** Number of the logical channel, which is open. */
  readonly channel: number
  /** What is selected on it. */
  readonly selected: CardChannel
}

/** What a command gives: SW1 SW2, octets if there are any, and the card after it. */
export interface Outcome {
  readonly state: CardState
  readonly sw: number
  readonly data?: Uint8Array
}

/** Logical channels, the basic one among them. TS 102 221 8.7 */
export const CHANNELS = 4

/** A card right after its reset: MF selected, one channel, no PIN verified. TS 102 221 6.4, 8.4 */
export function freshSession(mf: CardDirectory): CardSession {
  const basic: CardChannel = { directory: mf }
  const channels = [basic, ...Array(CHANNELS - 1).fill(undefined)]
  return { channels, verified: new Set(), euKeyExchanges: {} }
}

/** The active application, if its ADF is the current directory: only there it authenticates. TS 31.102 7.1 */
export function currentApplication({
  selected: { application, directory },
}: Turn): ApplicationProfile | undefined {
  return directory === application ? application.application : undefined
}

/** An answer that leaves the card as it was. */
export function refuse(turn: Turn, sw: number): Outcome {
  return { state: turn.state, sw }
}

/** 90 00 with octets, the card as it was. */
export function answer(turn: Turn, data: Uint8Array): Outcome {
  return { state: turn.state, sw: SW.ok, data }
}

/** 90 00 with another durable state. */
export function remember(turn: Turn, memory: CardMemory): Outcome {
  return { state: { ...turn.state, memory }, sw: SW.ok }
}

/** The state with something else selected on the channel of this command. */
export function withSelected(turn: Turn, selected: CardChannel): CardState {
  const channels = turn.state.session.channels.with(turn.channel, selected)
  return { ...turn.state, session: { ...turn.state.session, channels } }
}

/** An empty octet string. */
export const NO_OCTETS = new Uint8Array(0)
