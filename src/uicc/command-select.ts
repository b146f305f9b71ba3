/** SELECT and STATUS. TS 102 221 11.1.1, 11.1.2 */
import { encodeTlv } from '../apdu/ber-tlv.ts'
import { SW } from '../apdu/status-words.ts'
import { toHex } from '../octets/octets.ts'
import { answer, type CardChannel, type Outcome, refuse, type Turn, withSelected } from './card.ts'
import { fcpOf } from './card-fcp.ts'
import type { CardDirectory, CardFile } from './card-file.ts'
import { FILE_ID_CURRENT_ADF, FILE_ID_MF, parentOf } from './card-file-system.ts'

const SELECT_BY = {
  fileId: 0x00,
  childDirectory: 0x01,
  parentDirectory: 0x03,
  name: 0x04,
  pathFromMf: 0x08,
  pathFromDirectory: 0x09,
} as const
const NO_DATA = 0x0c
const OCCURRENCE_MASK = 0x03
const MIN_PARTIAL_AID = 5
const MAX_AID = 16
const FILE_ID_LENGTH = 2
const TAG_DF_NAME = 0x84
const STATUS_OF = { directory: 0x00, applicationName: 0x01 } as const

type Found = { readonly file: CardFile; readonly application?: CardDirectory | undefined }

/** SELECT: P1 says by what, P2 whether the FCP template is wanted. */
export function select(turn: Turn): Outcome {
  const { p1, p2, data } = turn.command
  const found = p1 === SELECT_BY.name ? findByName(turn, data) : findByFileId(turn, p1, data)
  if (typeof found === 'number') return refuse(turn, found)
  const application = found.application ?? turn.selected.application
  const state = withSelected(turn, channelOf(turn, found.file, application))
  if ((p2 & NO_DATA) === NO_DATA) return { state, sw: SW.ok }
  return { state, sw: SW.ok, data: fcpOf(turn.card.files, state.memory, found.file) }
}

/** P1 and P2 of SELECT: one of the six ways, FCP template (04) or none (0C), and occurrences with AIDs only. */
export function isSelectParameters(p1: number, p2: number): boolean {
  const isKnown = (Object.values(SELECT_BY) as number[]).includes(p1)
  const form = p1 === SELECT_BY.name ? p2 & ~OCCURRENCE_MASK : p2
  return isKnown && (form === 0x04 || form === NO_DATA)
}

/** STATUS: the current directory, or the name of the active application. TS 102 221 11.1.2 */
export function status(turn: Turn): Outcome {
  const { p2 } = turn.command
  if (p2 === NO_DATA) return { state: turn.state, sw: SW.ok }
  if (p2 === STATUS_OF.directory) {
    return answer(turn, fcpOf(turn.card.files, turn.state.memory, turn.selected.directory))
  }
  const aid = turn.selected.application?.application?.aid
  if (aid === undefined) return refuse(turn, SW.referencedDataNotFound)
  return answer(turn, encodeTlv(TAG_DF_NAME, aid))
}

/** P1: no indication, application initialised, or about to end; P2: what is wanted. TS 102 221 11.1.2.2 */
export function isStatusParameters(p1: number, p2: number): boolean {
  return p1 <= 0x02 && (p2 <= STATUS_OF.applicationName || p2 === NO_DATA)
}

function findByName(turn: Turn, name: Uint8Array): Found | number {
  if (name.length === 0 || name.length > MAX_AID) return SW.wrongLength
  if (name.length < MIN_PARTIAL_AID) return SW.fileNotFound
  const wanted = toHex(name)
  const matches = turn.card.files.applications.filter(({ application }) =>
    application === undefined ? false : toHex(application.aid).startsWith(wanted),
  )
  const at = matches.indexOf(turn.selected.application as CardDirectory)
  const adf = [matches[0], matches.at(-1), matches[at + 1], at > 0 ? matches[at - 1] : undefined][
    turn.command.p2 & OCCURRENCE_MASK
  ]
  return adf === undefined ? SW.fileNotFound : { file: adf, application: adf }
}

function findByFileId(turn: Turn, p1: number, data: Uint8Array): Found | number {
  const { directory } = turn.selected
  const { files } = turn.card
  if (p1 === SELECT_BY.parentDirectory) {
    if (data.length > 0) return SW.wrongLength
    return found(parentOf(files, directory))
  }
  if (p1 === SELECT_BY.fileId && data.length === 0) return selectMf(turn)
  if (data.length === 0 || data.length % FILE_ID_LENGTH !== 0) return SW.wrongLength
  const path = fileIdsOf(data)
  if (p1 === SELECT_BY.pathFromMf) return found(walk(turn, files.mf, path))
  if (p1 === SELECT_BY.pathFromDirectory) return found(walk(turn, directory, path))
  const [fileId] = path
  if (fileId === undefined || path.length > 1) return SW.wrongLength
  if (p1 === SELECT_BY.childDirectory) {
    return found(childOf(directory, fileId, (child) => child.kind === 'directory'))
  }
  return found(findNear(turn, fileId))
}

/** Without data: the MF, and then no FCP template may be asked for. TS 102 221 11.1.1.2 */
function selectMf(turn: Turn): Found | number {
  return turn.command.p2 === NO_DATA ? { file: turn.card.files.mf } : SW.wrongLength
}

/** MF, current ADF, then children, parent, and children of the parent. TS 102 221 8.4.1, 11.1.1.2 */
function findNear(turn: Turn, fileId: number): CardFile | undefined {
  const { directory, application } = turn.selected
  if (fileId === FILE_ID_MF) return turn.card.files.mf
  if (fileId === FILE_ID_CURRENT_ADF) return application
  const parent = parentOf(turn.card.files, directory)
  return (
    [directory, parent].find((near) => near?.fileId === fileId) ??
    childOf(directory, fileId) ??
    childOf(parent, fileId, (child) => child.kind === 'directory')
  )
}

/** A path from the MF may start with 7FFF, the current ADF. TS 102 221 8.4.3 */
function walk(
  turn: Turn,
  from: CardDirectory,
  [first, ...rest]: readonly number[],
): CardFile | undefined {
  const start =
    first === FILE_ID_CURRENT_ADF && from === turn.card.files.mf
      ? turn.selected.application
      : childOf(from, first as number)
  return rest.reduce<CardFile | undefined>(
    (file, fileId) => (file?.kind === 'directory' ? childOf(file, fileId) : undefined),
    start,
  )
}

function childOf(
  directory: CardDirectory | undefined,
  fileId: number,
  isWanted: (child: CardFile) => boolean = () => true,
): CardFile | undefined {
  return directory?.children.find((child) => child.fileId === fileId && isWanted(child))
}

function found(file: CardFile | undefined): Found | number {
  return file === undefined ? SW.fileNotFound : { file }
}

function channelOf(
  turn: Turn,
  file: CardFile,
  application: CardDirectory | undefined,
): CardChannel {
  const active = application === undefined ? {} : { application }
  if (file.kind === 'directory') return { directory: file, ...active }
  return { directory: homeOf(turn, file), ...active, file }
}

/** The directory that an EF stands in becomes the current one. TS 102 221 8.4.3 */
function homeOf(turn: Turn, file: CardFile): CardDirectory {
  const { mf, applications } = turn.card.files
  const nested = mf.children.filter((child): child is CardDirectory => child.kind === 'directory')
  const home = [mf, ...nested, ...applications].find(({ children }) => children.includes(file))
  return home ?? turn.selected.directory
}

function fileIdsOf(data: Uint8Array): number[] {
  return Array.from(
    { length: data.length / FILE_ID_LENGTH },
    (_, index) => ((data[2 * index] as number) << 8) | (data[2 * index + 1] as number),
  )
}
