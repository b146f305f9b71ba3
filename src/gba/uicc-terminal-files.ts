/** Selecting, reading and writing files of any card. TS 102 221 11.1 */
import { MAX_LE } from '../apdu/command-apdu.ts'
import { decodeFcp, type SelectedFile } from '../apdu/fcp.ts'
import { INS } from '../apdu/instructions.ts'
import { SW } from '../apdu/status-words.ts'
import { uint16 } from '../octets/octets.ts'
import { CardRefused, type CommandSender, isOk } from './uicc-terminal-commands.ts'

/** A file by number, with its name for the trace. */
export interface NamedFile {
  readonly name: string
  readonly fileId: number
}

/** A file of a card, read. */
export interface ReadFile {
  readonly contents: Uint8Array
}

const NOTHING = new Uint8Array(0)
const RETURN_FCP = 0x04
const BY_FILE_ID = 0x00
const BY_AID = 0x04
const ABSOLUTE = 0x04
const CHUNK = 255
const MAX_RECORDS = 254
/** READ BINARY holds an offset of 15 bits. TS 102 221 11.1.3.2 */
const MAX_FILE = 0x8000

/**
 * Selects a file in the current directory; `undefined` if there is none.
 *
 * @throws {Unsupported} If the card refuses it otherwise. @throws {InvalidMessage} If its FCP is none.
 */
export async function selectFile(
  sender: CommandSender,
  { name, fileId }: NamedFile,
): Promise<SelectedFile | undefined> {
  const message = `SELECT ${name}`
  const command = {
    ins: INS.select,
    p1: BY_FILE_ID,
    p2: RETURN_FCP,
    data: uint16(fileId),
    le: MAX_LE,
  }
  const response = await sender.send(command, { message })
  if (response.sw === SW.fileNotFound) return undefined
  if (!isOk(response)) throw new CardRefused(message, response)
  return decodeFcp(response.data)
}

/** Selects an application by its AID, or the start of one; `false` if the card has none. @throws {Unsupported} */
export async function selectApplication(
  sender: CommandSender,
  { name, aid }: { readonly name: string; readonly aid: Uint8Array },
): Promise<boolean> {
  const message = `SELECT ${name}`
  const command = { ins: INS.select, p1: BY_AID, p2: RETURN_FCP, data: aid, le: MAX_LE }
  const response = await sender.send(command, { message })
  if (isOk(response)) return true
  if (response.sw === SW.fileNotFound) return false
  throw new CardRefused(message, response)
}

/** Contents of a transparent file, whole; `undefined` if there is no such file. @throws {Unsupported} */
export async function readTransparent(
  sender: CommandSender,
  file: NamedFile,
): Promise<Uint8Array | undefined> {
  const selected = await selectFile(sender, file)
  if (selected === undefined) return undefined
  const message = `READ BINARY ${file.name}`
  // A card that does not tell the size is asked for 256 octets, and says by 6Cxx what it has. Some say
  // 62 82 (end of file) instead, with the octets that are there.
  const size = Math.min(selected.size ?? 256, MAX_FILE)
  const parts: number[] = []
  while (parts.length < size) {
    const [high = 0, low = 0] = uint16(parts.length)
    const le = selected.size === undefined ? 256 : Math.min(CHUNK, size - parts.length)
    const command = { ins: INS.readBinary, p1: high, p2: low, data: NOTHING, le }
    const response = await sender.send(command, { message })
    const isEnd = response.sw === SW.searchUnsuccessful
    if (!isOk(response) && !isEnd) throw new CardRefused(message, response)
    parts.push(...response.data)
    if (selected.size === undefined || isEnd || response.data.length === 0) break
  }
  return Uint8Array.from(parts)
}

/** All records of a file; `undefined` if there is no such file. A record that cannot be read ends the list. */
export async function readRecords(
  sender: CommandSender,
  file: NamedFile,
): Promise<readonly Uint8Array[] | undefined> {
  const selected = await selectFile(sender, file)
  if (selected === undefined) return undefined
  const { recordLength = 256, recordCount = MAX_RECORDS } = selected
  const le = Math.min(Math.max(recordLength, 1), 256)
  const records: Uint8Array[] = []
  while (records.length < recordCount) {
    const p1 = records.length + 1
    const command = { ins: INS.readRecord, p1, p2: ABSOLUTE, data: NOTHING, le }
    const response = await sender.send(command, { message: `READ RECORD ${file.name}` })
    if (!isOk(response)) break
    records.push(response.data)
  }
  return records
}

/** Writes octets into the file that is selected now. @throws {Unsupported} If the card refuses. */
export async function updateBinary(
  sender: CommandSender,
  {
    name,
    offset,
    data,
  }: { readonly name: string; readonly offset: number; readonly data: Uint8Array },
): Promise<void> {
  const message = `UPDATE BINARY ${name}`
  for (let at = 0; at < data.length; at += CHUNK) {
    const [p1 = 0, p2 = 0] = uint16(offset + at)
    const command = { ins: INS.updateBinary, p1, p2, data: data.subarray(at, at + CHUNK) }
    const response = await sender.send(command, { message })
    if (!isOk(response)) throw new CardRefused(message, response)
  }
}
