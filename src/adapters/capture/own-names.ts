/**
 * Who sent a message and who got it, as each of the two says itself. A server knows its peer by an identity
 * that somebody else may have taken, a cloned card for instance; where both ends are in one file, each is the
 * one to believe about itself.
 */
import { type EndEvent, MAX_WAITING, messageKey } from './seen-once.ts'

/** What both ends of all messages of a file say. */
export interface OwnNames {
  /** Takes an event of the file in. */
  note(event: EndEvent): void
  /** Names the ends of the same events once more, from the first one on. */
  namer(): <T extends EndEvent>(event: T) => T
}

type Ends = Pick<EndEvent, 'from' | 'to'>

/** One end whose other end has not come yet. */
interface Waiting extends Ends {
  readonly side: EndEvent['side']
  /** Which event of the file. */
  readonly at: number
}

/** Nothing is noted yet. What is kept grows with the messages whose ends do not agree, which are few. */
export function createOwnNames(): OwnNames {
  /** By message, oldest first, since the same may be sent again. */
  const waiting = new Map<string, Waiting[]>()
  const corrections = new Map<number, Ends>()
  let noted = 0
  return {
    note(event) {
      const { side, from, to } = event
      const own = { side, from, to, at: noted++ }
      const key = messageKey(event)
      const others = waiting.get(key) ?? []
      const other = others[0]?.side === side ? undefined : others.shift()
      if (other === undefined) {
        others.push(own)
        waiting.set(key, others)
        letGo(waiting, others)
        return
      }
      if (others.length === 0) waiting.delete(key)
      const ends = side === 'sent' ? { from, to: other.to } : { from: other.from, to }
      for (const end of [own, other]) {
        if (end.from !== ends.from || end.to !== ends.to) corrections.set(end.at, ends)
      }
    },
    namer() {
      let at = 0
      return (event) => ({ ...event, ...corrections.get(at++) })
    },
  }
}

/** Who traces one end only waits in vain: the oldest are forgotten. */
function letGo(waiting: Map<string, Waiting[]>, same: Waiting[]): void {
  if (same.length > MAX_WAITING) same.shift()
  const [oldest] = waiting.keys()
  if (waiting.size > MAX_WAITING && oldest !== undefined) waiting.delete(oldest)
}
