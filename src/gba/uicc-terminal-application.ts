/** Which application of a card is used. TS 102 221 8.5, 13.1 */
import { type ApplicationName, applicationOfAid, defaultAidOf } from '../apdu/aid.ts'
import { decodeDirectoryEntry } from '../apdu/ef-dir.ts'
import { InvalidMessage, Unsupported } from '../errors/errors.ts'
import { CardRefused, type CommandSender } from './uicc-terminal-commands.ts'
import { readRecords, selectApplication, selectFile } from './uicc-terminal-files.ts'

/** The application wanted; `auto` takes the first of USIM, ISIM and CSIM that the card has. */
export type WantedApplication = 'auto' | ApplicationName

const IN_ORDER: readonly ApplicationName[] = ['USIM', 'ISIM', 'CSIM']
/** RID and application code: what every AID of an application starts with. */
const AID_START = 7

/**
 * Selects it, by the AID that EF_DIR gives; a card that does not list it, or not as it is, is tried with the
 * start of its AID.
 *
 * @throws {Unsupported} If the card has no such application, or refuses the only one that it may have.
 */
export async function selectWanted(
  sender: CommandSender,
  wanted: WantedApplication,
): Promise<ApplicationName> {
  const listed = await listApplications(sender)
  let refused: CardRefused | undefined
  for (const name of wanted === 'auto' ? IN_ORDER : [wanted]) {
    const aid = listed.get(name)
    if (aid !== undefined && (await selectApplication(sender, { name, aid }))) return name
    // Not every card says "file not found" of an application that it does not have.
    const answer = await selectUnlisted(sender, name)
    if (answer === true) return name
    if (answer !== false) refused ??= answer
  }
  throw (
    refused ??
    new Unsupported(`the card has no ${wanted === 'auto' ? 'USIM, ISIM or CSIM' : wanted}`)
  )
}

async function selectUnlisted(
  sender: CommandSender,
  name: ApplicationName,
): Promise<boolean | CardRefused> {
  try {
    const aid = defaultAidOf(name).subarray(0, AID_START)
    return await selectApplication(sender, { name, aid })
  } catch (error) {
    if (error instanceof CardRefused) return error
    throw error
  }
}

/** By AID and not by position: a CSIM may come first. Records that cannot be read are skipped. */
async function listApplications(
  sender: CommandSender,
): Promise<ReadonlyMap<ApplicationName, Uint8Array>> {
  const found = new Map<ApplicationName, Uint8Array>()
  for (const record of await readDirectory(sender)) {
    const aid = aidOf(record)
    const name = aid === undefined ? undefined : applicationOfAid(aid)
    if (aid !== undefined && name !== undefined && !found.has(name)) found.set(name, aid)
  }
  return found
}

/** Records of EF_DIR; none if the card does not let it be read, because an AID may be known without it. */
async function readDirectory(sender: CommandSender): Promise<readonly Uint8Array[]> {
  try {
    await selectFile(sender, { name: 'MF', fileId: 0x3f00 })
    return (await readRecords(sender, { name: 'EF_DIR', fileId: 0x2f00 })) ?? []
  } catch (error) {
    if (error instanceof CardRefused || error instanceof InvalidMessage) return []
    throw error
  }
}

function aidOf(record: Uint8Array): Uint8Array | undefined {
  try {
    return decodeDirectoryEntry(record)?.aid
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}
