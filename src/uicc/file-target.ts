/** Which EF a command means: the current one, or one by its short file identifier. TS 102 221 8.4.2, 11.1.3 */
import { SW } from '../apdu/status-words.ts'
import { type CardState, type Turn, withSelected } from './card.ts'
import type { CardElementaryFile } from './card-file.ts'
import { contentsOf } from './card-memory.ts'
import { isAllowed } from './security-status.ts'

/** How a command wants to use a file. */
export interface FileUse {
  /** 0 means the current EF. */
  readonly sfi: number
  readonly kind: CardElementaryFile['kind']
  readonly mode: 'read' | 'update'
}

/** A file that the command may use. */
export interface FileTarget {
  readonly file: CardElementaryFile
  readonly contents: Uint8Array
  /** The state with this file as current EF. TS 102 221 8.4.2 */
  readonly state: CardState
  /** Record pointer, if the file was the current one and has one. */
  readonly record: number | undefined
}

/** The file, or the status word that refuses it: no EF, wrong structure, access not allowed, in this order. */
export function locateFile(turn: Turn, { sfi, kind, mode }: FileUse): FileTarget | number {
  const found = sfi === 0 ? turn.selected.file : findBySfi(turn, sfi)
  if (found === undefined) return sfi === 0 ? SW.noEfSelected : SW.fileNotFound
  if (found.kind !== kind) return SW.incompatibleFileStructure
  if (!isAllowed(turn.state, found, mode)) return SW.securityStatusNotSatisfied
  const isCurrent = found === turn.selected.file
  const { record, ...rest } = turn.selected
  return {
    file: found,
    contents: contentsOf(turn.state.memory, found),
    state: isCurrent ? turn.state : withSelected(turn, { ...rest, file: found }),
    record: isCurrent ? record : undefined,
  }
}

function findBySfi(turn: Turn, sfi: number): CardElementaryFile | undefined {
  return turn.selected.directory.children.find(
    (child): child is CardElementaryFile => child.kind !== 'directory' && child.sfi === sfi,
  )
}
