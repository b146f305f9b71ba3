/**
 * Who sent a message and who got it, as each of the two says itself. A server knows its peer by an identity
 * that somebody else may have taken, a cloned card for instance; where both ends are in one file, each is the
 * one to believe about itself.
 */
import { type EndEvent, messageKey } from './seen-once.ts'

/** What both ends of all messages of a file say. */
export interface OwnNames {
  /** Takes an event of the file in. */
  note(event: EndEvent): void
  /** Names the ends of the same events once more, from the first one on. */
  namer(): <T extends EndEvent>(event: T) => T
}

/** Nothing is noted yet. */
export function createOwnNames(): OwnNames {
  /** By message, in the order of the file, since the same may be sent again. */
  const senders = new Map<string, string[]>()
  const recipients = new Map<string, string[]>()
  return {
    note(event) {
      const [names, name] = event.side === 'sent' ? [senders, event.from] : [recipients, event.to]
      const key = messageKey(event)
      const known = names.get(key)
      if (known === undefined) names.set(key, [name])
      else known.push(name)
    },
    namer() {
      const seen = { sent: new Map<string, number>(), received: new Map<string, number>() }
      return (event) => {
        const key = messageKey(event)
        const nth = seen[event.side].get(key) ?? 0
        seen[event.side].set(key, nth + 1)
        const from = senders.get(key)?.[nth] ?? event.from
        const to = recipients.get(key)?.[nth] ?? event.to
        return { ...event, from, to }
      }
    },
  }
}
