/** READ RECORD, UPDATE RECORD and SEARCH RECORD on linear fixed files. TS 102 221 11.1.5 to 11.1.7 */
import { SW, wrongLe } from '../apdu/status-words.ts'
import { type Outcome, refuse, type Turn, withSelected } from './card.ts'
import { withContents } from './card-memory.ts'
import { type FileTarget, locateFile } from './file-target.ts'

const MODE = { next: 0x02, previous: 0x03, absolute: 0x04 } as const
const SEARCH = { forward: 0x04, backward: 0x05, enhanced: 0x06 } as const
const MODE_MASK = 0x07
const MAX_SFI = 30

/** Where a record is; or the status word that says why there is none. */
interface RecordTarget extends FileTarget {
  readonly number: number
  readonly octets: Uint8Array
}

/** P2 of READ and UPDATE RECORD: SFI and one of three modes. TS 102 221 11.1.5.2 */
export function isRecordParameters(_p1: number, p2: number): boolean {
  return (Object.values(MODE) as number[]).includes(p2 & MODE_MASK) && p2 >> 3 <= MAX_SFI
}

/** P2 of SEARCH RECORD: SFI and one of three modes; P1 FF is RFU. TS 102 221 11.1.7.2 */
export function isSearchParameters(p1: number, p2: number): boolean {
  const isMode = (Object.values(SEARCH) as number[]).includes(p2 & MODE_MASK)
  return isMode && p2 >> 3 <= MAX_SFI && p1 !== 0xff
}

/** One whole record; 6Cxx if Le is not its length. */
export function readRecord(turn: Turn): Outcome {
  const target = locateRecord(turn, 'read')
  if (typeof target === 'number') return refuse(turn, target)
  if (turn.command.le !== target.octets.length) return refuse(turn, wrongLe(target.octets.length))
  return { ...pointTo(turn, target), sw: SW.ok, data: target.octets }
}

/** Replaces one whole record. */
export function updateRecord(turn: Turn): Outcome {
  const target = locateRecord(turn, 'update')
  if (typeof target === 'number') return refuse(turn, target)
  const { data } = turn.command
  if (data.length !== target.octets.length) return refuse(turn, SW.wrongLength)
  const contents = target.contents.slice()
  contents.set(data, (target.number - 1) * data.length)
  const { state } = pointTo(turn, target)
  return {
    state: { ...state, memory: withContents(state.memory, target.file, contents) },
    sw: SW.ok,
  }
}

/** Numbers of the records that hold a string; the pointer goes to the first. 62 82 if there is none. */
export function searchRecord(turn: Turn): Outcome {
  const sfi = turn.command.p2 >> 3
  const target = locateFile(turn, { sfi, kind: 'linear-fixed', mode: 'read' })
  if (typeof target === 'number') return refuse(turn, target)
  const search = searchOf(turn, target)
  if (typeof search === 'number') return refuse(turn, search)
  const found = search.order.filter((number) => holds(recordOf(target, number), search))
  const [first] = found
  if (first === undefined) return refuse(turn, SW.searchUnsuccessful)
  return {
    ...pointTo(turn, { ...target, number: first, moves: true }),
    sw: SW.ok,
    data: Uint8Array.from(found),
  }
}

interface Search {
  /** Record numbers in the order in which they are looked at. */
  readonly order: readonly number[]
  readonly string: Uint8Array
  /** Where in a record the string may start: an offset, or behind the first octet of this value. */
  readonly from: { readonly offset: number } | { readonly after: number }
}

/** TS 102 221 11.1.7.2: simple search, or two octets of search indication before the string. */
function searchOf(turn: Turn, target: FileTarget): Search | number {
  const { p2, data } = turn.command
  const mode = p2 & MODE_MASK
  if (mode !== SEARCH.enhanced) {
    const order = orderOf(turn, target, mode)
    return typeof order === 'number' ? order : { order, string: data, from: { offset: 0 } }
  }
  const [indication, value, ...string] = data
  if (indication === undefined || value === undefined || string.length === 0) {
    return SW.wrongLength
  }
  const startsAfterValue = (indication & 0x08) !== 0
  if (indication >> 4 !== 0 || (indication & 0x04) === 0) return SW.incorrectData
  const order = orderOf(turn, target, indication & MODE_MASK)
  if (typeof order === 'number') return order
  const from = startsAfterValue ? { after: value } : { offset: value }
  return { order, string: Uint8Array.from(string), from }
}

/** Modes 4 and 5 start at P1 (0: the current record), 6 and 7 at the next or previous record. */
function orderOf(turn: Turn, target: FileTarget, mode: number): readonly number[] | number {
  const count = recordCount(target)
  const isBackward = (mode & 1) === 1
  const start =
    mode >= 6
      ? neighbourOf(target, isBackward ? MODE.previous : MODE.next)
      : turn.command.p1 || (target.record ?? 0)
  if (start < 1 || start > count) return SW.recordNotFound
  const length = isBackward ? start : count - start + 1
  return Array.from({ length }, (_, index) => (isBackward ? start - index : start + index))
}

function holds(record: Uint8Array, { string, from }: Search): boolean {
  const start = 'offset' in from ? from.offset : record.indexOf(from.after) + 1
  if ('after' in from && start === 0) return false
  return Buffer.from(record).includes(Buffer.from(string), start)
}

function locateRecord(turn: Turn, mode: 'read' | 'update'): RecordTarget | number {
  const { p1, p2 } = turn.command
  const target = locateFile(turn, { sfi: p2 >> 3, kind: 'linear-fixed', mode })
  if (typeof target === 'number') return target
  const recordMode = p2 & MODE_MASK
  if (recordMode !== MODE.absolute && p1 !== 0) return SW.incorrectP1P2
  const number =
    recordMode === MODE.absolute ? p1 || (target.record ?? 0) : neighbourOf(target, recordMode)
  if (number < 1 || number > recordCount(target)) return SW.recordNotFound
  return { ...target, number, octets: recordOf(target, number) }
}

/** Without a record pointer the next record is the first one, the previous one the last. TS 102 221 11.1.5.1 */
function neighbourOf(target: FileTarget, mode: number): number {
  if (mode === MODE.next) return (target.record ?? 0) + 1
  return (target.record ?? recordCount(target) + 1) - 1
}

/** NEXT, PREVIOUS and a search move the record pointer, an absolute number does not. TS 102 221 11.1.5.1 */
function pointTo(
  turn: Turn,
  target: FileTarget & { readonly number: number; readonly moves?: boolean },
): Pick<Outcome, 'state'> {
  const moves = target.moves ?? (turn.command.p2 & MODE_MASK) !== MODE.absolute
  if (!moves) return { state: target.state }
  return {
    state: withSelected(turn, { ...turn.selected, file: target.file, record: target.number }),
  }
}

function recordOf(target: FileTarget, number: number): Uint8Array {
  const length = lengthOf(target)
  return target.contents.slice((number - 1) * length, number * length)
}

function recordCount(target: FileTarget): number {
  return target.contents.length / lengthOf(target)
}

function lengthOf({ file, contents }: FileTarget): number {
  return file.recordLength ?? contents.length
}
