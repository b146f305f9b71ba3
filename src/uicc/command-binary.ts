/** READ BINARY and UPDATE BINARY. TS 102 221 11.1.3, 11.1.4 */
import { SW, wrongLe } from '../apdu/status-words.ts'
import { type Outcome, refuse, type Turn } from './card.ts'
import { withContents } from './card-memory.ts'
import { locateFile } from './file-target.ts'

const BY_SFI = 0x80
const MAX_SFI = 30

/** P1 with bit 8 holds a short file identifier, and P2 the offset; else both are the offset. TS 102 221 11.1.3.2 */
export function isBinaryParameters(p1: number): boolean {
  const sfi = p1 & ~BY_SFI
  return (p1 & BY_SFI) === 0 || (sfi >= 1 && sfi <= MAX_SFI)
}

/** Octets of a transparent file from an offset; 6Cxx if fewer are there than Le asks for. */
export function readBinary(turn: Turn): Outcome {
  const target = locateFile(turn, { sfi: sfiOf(turn), kind: 'transparent', mode: 'read' })
  if (typeof target === 'number') return refuse(turn, target)
  const offset = offsetOf(turn)
  const left = target.contents.length - offset
  if (left <= 0) return refuse(turn, SW.wrongP1P2)
  const length = turn.command.le ?? 0
  if (length > left) return refuse(turn, wrongLe(left))
  return {
    state: target.state,
    sw: SW.ok,
    data: target.contents.slice(offset, offset + length),
  }
}

/** Writes into a transparent file; its size never changes. */
export function updateBinary(turn: Turn): Outcome {
  const target = locateFile(turn, { sfi: sfiOf(turn), kind: 'transparent', mode: 'update' })
  if (typeof target === 'number') return refuse(turn, target)
  const { data } = turn.command
  const offset = offsetOf(turn)
  if (offset >= target.contents.length) return refuse(turn, SW.wrongP1P2)
  if (offset + data.length > target.contents.length) return refuse(turn, SW.wrongLength)
  const contents = target.contents.slice()
  contents.set(data, offset)
  const memory = withContents(target.state.memory, target.file, contents)
  return { state: { ...target.state, memory }, sw: SW.ok }
}

function sfiOf({ command: { p1 } }: Turn): number {
  return (p1 & BY_SFI) === 0 ? 0 : p1 & ~BY_SFI
}

function offsetOf({ command: { p1, p2 } }: Turn): number {
  return (p1 & BY_SFI) === 0 ? (p1 << 8) | p2 : p2
}
