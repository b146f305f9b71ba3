/** Which application of a card is used. TS 102 221 8.5, 13.1 */
import { type ApplicationName, applicationOfAid, defaultAidOf } from '../apdu/aid.ts'
import { decodeDirectoryEntry } from '../apdu/ef-dir.ts'
import { InvalidMessage, Unsupported } from '../errors/errors.ts'
import type { CommandSender } from './uicc-terminal-commands.ts'
import { readRecords, selectApplication, selectFile } from './uicc-terminal-files.ts'

/** The application wanted; `auto` takes the first of USIM, ISIM and CSIM that the card has. */
export type WantedApplication = 'auto' | ApplicationName

const IN_ORDER: readonly ApplicationName[] = ['USIM', 'ISIM', 'CSIM']
/** RID and application code: what every AID of an application starts with. */
const AID_START = 7

/**
 * Selects it, by the AID that EF_DIR gives; a card that does not list it is tried with the start of its
 * AID.
 *
 * @throws {Unsupported} If the card has no such application.
 */
export async function selectWanted(
  sender: CommandSender,
  wanted: WantedApplication,
): Promise<ApplicationName> {
  const listed = await listApplications(sender)
  for (const name of wanted === 'auto' ? IN_ORDER : [wanted]) {
    const aid = listed.get(name) ?? defaultAidOf(name).subarray(0, AID_START)
    if (await selectApplication(sender, { name, aid })) return name
  }
  throw new Unsupported(`the card has no ${wanted === 'auto' ? 'USIM, ISIM or CSIM' : wanted}`)
}

/** By AID and not by position: a CSIM may come first. Records that cannot be read are skipped. */
async function listApplications(
  sender: CommandSender,
): Promise<ReadonlyMap<ApplicationName, Uint8Array>> {
  await selectFile(sender, { name: 'MF', fileId: 0x3f00 })
  const records = (await readRecords(sender, { name: 'EF_DIR', fileId: 0x2f00 })) ?? []
  const found = new Map<ApplicationName, Uint8Array>()
  for (const record of records) {
    const aid = aidOf(record)
    const name = aid === undefined ? undefined : applicationOfAid(aid)
    if (aid !== undefined && name !== undefined && !found.has(name)) found.set(name, aid)
  }
  return found
}

function aidOf(record: Uint8Array): Uint8Array | undefined {
  try {
    return decodeDirectoryEntry(record)?.aid
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}
