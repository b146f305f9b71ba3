/** The cards of the lab: the PN GW's USIM, another subscriber's, and a clone of the first with another K. */
import { existsSync } from 'node:fs'
import { readCardProfile, writeNewCardProfile } from '../adapters/card/card-profile-file.ts'
import { openReader, openSoftwareCard } from '../adapters/card/open-reader.ts'
import type { UiccReader } from '../apdu/uicc-reader.ts'
import { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import { openUiccApplication } from '../gba/uicc-terminal.ts'
import type { Imsi } from '../identity/imsi.ts'
import type { CardProfile } from '../uicc/card-profile.ts'
import { newCardProfile } from '../uicc/new-card-profile.ts'
import { CARD_PROFILE, CLONED_CARD_PROFILE, OTHER_CARD_PROFILE } from './lab-files.ts'
import { ENTITIES, IMPI, IMSI, MNC_LENGTH, nameOf, OTHER_IMSI } from './lab-names.ts'
import type { LabContext } from './lab-ports.ts'

/** A card and the file that describes it. */
export interface LabCard {
  readonly file: string
  readonly profile: CardProfile
}

/** The cards of one data folder. */
export interface LabCards {
  readonly own: LabCard
  readonly other: LabCard
  /** Identity of the PN GW's card, K of nobody. */
  readonly cloned: LabCard
}

const KEY_LENGTH = 16

/** Reads the cards, or makes them with fresh keys at the first start. @throws {ConfigurationInvalid} */
export async function loadLabCards(context: LabContext): Promise<LabCards> {
  const load = async (name: string, imsi: Imsi): Promise<LabCard> => {
    const file = context.folder.file(name)
    if (!existsSync(file)) await writeNewCardProfile(file, freshProfile(imsi, context))
    return { file, profile: await readCardProfile(file) }
  }
  return {
    own: await load(CARD_PROFILE, IMSI),
    other: await load(OTHER_CARD_PROFILE, OTHER_IMSI),
    cloned: await load(CLONED_CARD_PROFILE, IMSI),
  }
}

/** The USIM of a card, in the hand of whom the ladder calls `entityName`. */
export async function openCard(
  { file }: LabCard,
  entityName: string,
  context: LabContext,
): Promise<GbaCard> {
  return openUsim(await openSoftwareCard(file, context.random), entityName, context)
}

/**
 * The PN GW's USIM: the card of the data folder, or the one in the reader that the lab was given.
 *
 * @throws {TransportFailed} If there is no card in that reader.
 * @throws {ConfigurationInvalid} If it is another card than that of the data folder.
 */
export async function openOwnCard(card: LabCard, context: LabContext): Promise<GbaCard> {
  const { reader, random } = context
  const entityName = nameOf(ENTITIES.gateway)
  if (reader === undefined) return openCard(card, entityName, context)
  const opened = await openUsim(await openReader(reader, random), entityName, context)
  if (opened.impi === IMPI) return opened
  await opened.close()
  throw new ConfigurationInvalid(
    `reader ${reader}: its card is that of ${opened.impi}, and the lab needs that of ${card.file}`,
  )
}

function openUsim(
  reader: UiccReader,
  entityName: string,
  { clock, trace }: LabContext,
): Promise<GbaCard> {
  return openUiccApplication(reader, { application: 'USIM', entityName, trace, clock })
}

/** Fresh K and OPc. */
function freshProfile(imsi: Imsi, { random }: LabContext): CardProfile {
  const credentials = {
    algorithm: 'milenage' as const,
    subscriberKey: Secret.of(random.octets(KEY_LENGTH)),
    operatorVariant: Secret.of(random.octets(KEY_LENGTH)),
  }
  return newCardProfile({ imsi, mncLength: MNC_LENGTH, credentials }, random)
}
