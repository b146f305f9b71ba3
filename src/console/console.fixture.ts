/** Events as the page gets them. */
import type { ConsoleEvent } from '../adapters/console/console-protocol.ts'
import type { TraceEvent } from '../trace/trace.ts'

/** A message with this number. */
export function messageEvent(seq: number, change: Partial<TraceEvent> = {}): ConsoleEvent {
  return {
    seq,
    item: {
      kind: 'message',
      atMs: 1_800_000_000_000 + seq,
      point: 'CPNS-2',
      side: 'sent',
      from: 'PN GW',
      to: 'CPNS Server',
      message: 'ConnectRequest',
      transactionId: `t${seq}`,
      fields: { Role: 'pn-gw' },
      ...change,
    },
  }
}

/** One without TransactionID or fields. */
export function bareEvent(seq: number, change: Partial<TraceEvent> = {}): ConsoleEvent {
  const { seq: _, item } = messageEvent(seq)
  if (item.kind === 'note') throw new Error('it is a message')
  const { transactionId: __, ...bare } = item
  return { seq, item: { ...bare, message: 'M', fields: {}, ...change } }
}

/** A note with this number. */
export function noteEvent(seq: number): ConsoleEvent {
  return {
    seq,
    item: { kind: 'note', atMs: 1_800_000_000_000, entity: 'PN GW', text: 'holds what comes' },
  }
}
