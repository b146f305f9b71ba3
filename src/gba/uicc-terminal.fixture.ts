/** Cards for terminal tests: scripted ones that answer as other makers' cards do, and readers that watch. */
import type { UiccReader } from '../apdu/uicc-reader.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import type { TraceEvent, TraceItem } from '../trace/trace.ts'

/** A reader and what was sent through it. */
export interface WatchedReader extends UiccReader {
  readonly sent: string[]
  closed: boolean
}

/** A card that answers by a table: a command (or its start) in hex, and the answers in order, the last one again and again. */
export function createScriptedReader(
  script: Readonly<Record<string, string | readonly string[]>>,
): WatchedReader {
  const used = new Map<string, number>()
  return {
    name: 'scripted',
    sent: [],
    closed: false,
    reset: async () => fromHex('3b00'),
    async transmit(command) {
      const hex = toHex(command)
      this.sent.push(hex)
      const key = Object.keys(script)
        .filter((start) => hex.startsWith(start))
        .sort((a, b) => b.length - a.length)[0]
      if (key === undefined) return fromHex('6d00')
      const answers = [script[key] as string | readonly string[]].flat()
      const count = used.get(key) ?? 0
      used.set(key, count + 1)
      return fromHex(answers[Math.min(count, answers.length - 1)] as string)
    },
    async close() {
      this.closed = true
    },
  }
}

/**
 * A card in a reader that speaks T=1: what a command gives comes with its status word, and only if the
 * command has an Le. ISO/IEC 7816-3 12.1.3
 */
export function createT1Reader(card: UiccReader): UiccReader {
  return {
    ...card,
    async transmit(command) {
      const answer = await card.transmit(command)
      const [sw1, sw2 = 0] = answer
      if (answer.length !== 2 || sw1 !== 0x61) return answer
      const hasLe = command.length === 6 + (command[4] ?? 0)
      return hasLe ? card.transmit(Uint8Array.of(0x00, 0xc0, 0x00, 0x00, sw2)) : fromHex('9000')
    },
  }
}

/** A trace that keeps its messages. */
export function createRecordedTrace(): { events: TraceEvent[]; trace: (item: TraceItem) => void } {
  const events: TraceEvent[] = []
  return {
    events,
    trace: (item) => {
      if (item.kind === 'message') events.push(item)
    },
  }
}
