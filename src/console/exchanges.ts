/**
 * Which messages are of one exchange: those of one TransactionID or Diameter session, and those around them that carry
 * none: a bootstrapping run on Ub with its vector on Zh and its APDUs, the key on Zn that a handshake asks for.
 */
import type { ConsoleEvent } from '../adapters/console/console-protocol.ts'

/** Takes events in their order. */
export interface Exchanges {
  add(event: ConsoleEvent): void
  /** @param seq Numbers of two events. */
  isSame(seq: number, other: number): boolean
  /** Rises when two exchanges have turned out to be one. */
  readonly joined: number
  /** Lets go what is older than an event of this number. */
  forgetBefore(seq: number): void
}

type Message = Extract<ConsoleEvent['item'], { kind: 'message' }>
interface Mark {
  readonly exchange: number
  readonly seq: number
  readonly atMs: number
}

/** APDUs of one terminal with no longer gap than this between them are of one run. */
const APDU_GAP_MS = 1000
/** A handshake waits no longer for Zn. */
const ZN_GAP_MS = 10_000
/** So many exchanges that became part of others are remembered; then what is held is told anew which is its. */
const MOST_PARTS = 5000
const CARD = /^(UICC|USIM|ISIM|CSIM)/

/** None yet. */
export function createExchanges(): Exchanges {
  /** By number of the event; an exchange has the number of its first event. */
  const exchangeOf = new Map<number, number>()
  /** Exchanges that became part of an earlier one. */
  const partOf = new Map<number, number>()
  /** Where a key was seen last. */
  const marks = new Map<string, Mark>()
  let joined = 0

  const rootOf = (exchange: number): number => {
    let root = exchange
    for (let next = partOf.get(root); next !== undefined; next = partOf.get(root)) root = next
    return root
  }
  const join = (one: number, other: number): number => {
    const [a, b] = [rootOf(one), rootOf(other)]
    if (a === b) return a
    const [first, second] = a < b ? [a, b] : [b, a]
    partOf.set(second, first)
    joined += 1
    return first
  }
  const addMessage = (seq: number, item: Message): void => {
    let found: number | undefined
    for (const { key, gapMs = Number.POSITIVE_INFINITY } of keysOf(item)) {
      const mark = marks.get(key)
      if (mark === undefined || item.atMs - mark.atMs > gapMs) continue
      found = join(found ?? mark.exchange, mark.exchange)
    }
    const exchange = found ?? seq
    exchangeOf.set(seq, exchange)
    for (const key of leftBy(item)) {
      // The oldest stay first.
      marks.delete(key)
      marks.set(key, { exchange, seq, atMs: item.atMs })
    }
    if (isEndOfRun(item)) marks.delete(`apdu ${terminalOf(item)}`)
  }

  return {
    add({ seq, item }) {
      if (item.kind === 'message') addMessage(seq, item)
    },
    isSame(seq, other) {
      const [one, two] = [exchangeOf.get(seq), exchangeOf.get(other)]
      return one !== undefined && two !== undefined && rootOf(one) === rootOf(two)
    },
    get joined() {
      return joined
    },
    forgetBefore(oldest) {
      // No more is looked at than goes: this is done while somebody watches the page move.
      for (const seq of exchangeOf.keys()) {
        if (seq >= oldest) break
        exchangeOf.delete(seq)
      }
      for (const [key, { seq }] of marks) {
        if (seq >= oldest) break
        marks.delete(key)
      }
      if (partOf.size <= MOST_PARTS) return
      for (const [seq, exchange] of exchangeOf) exchangeOf.set(seq, rootOf(exchange))
      for (const [key, mark] of marks) marks.set(key, { ...mark, exchange: rootOf(mark.exchange) })
      partOf.clear()
    },
  }
}

interface Key {
  readonly key: string
  readonly gapMs?: number
}

/** By what a message is known to belong to an earlier one. */
function keysOf(item: Message): readonly Key[] {
  const keys: Key[] = ownKeys(item).map((key) => ({ key }))
  if (item.point === 'Ub' && item.fields.status !== undefined) {
    keys.push({ key: `ub ${item.to} ${item.from}` })
  }
  if (item.point === 'APDU') keys.push({ key: `apdu ${terminalOf(item)}`, gapMs: APDU_GAP_MS })
  if (item.point === 'Zn') keys.push({ key: `zn ${item.fields['B-TID']}`, gapMs: ZN_GAP_MS })
  return keys
}

/** By what a later message will be known to belong to this one. */
function leftBy(item: Message): readonly string[] {
  const keys = [...ownKeys(item)]
  if (item.point === 'Ub' && item.fields.status === undefined) {
    keys.push(`ub ${item.from} ${item.to}`)
  }
  if (item.point === 'APDU') keys.push(`apdu ${terminalOf(item)}`)
  // Of two handshakes with one B-TID the later one is meant: this is no key of both.
  if (item.fields.BTID !== undefined) keys.push(`zn ${item.fields.BTID}`)
  return keys
}

function ownKeys({ point, transactionId, fields }: Message): readonly string[] {
  const keys = transactionId === undefined ? [] : [`id ${transactionId}`]
  if (point === 'Zh' || point === 'APDU') keys.push(`rand ${fields.RAND}`)
  // Ub's nonce begins with RAND, and its B-TID is made of it. TS 33.220 4.5.2, RFC 3310 3.2
  if (point === 'Ub') keys.push(`rand ${randOf(fields.nonce ?? fields['B-TID'])}`)
  return keys.filter((key) => !key.endsWith(' undefined'))
}

/** The card has given the key of a NAF: what is asked of it next is for something else. TS 31.102 7.1.2 */
function isEndOfRun({ point, from, message }: Message): boolean {
  return point === 'APDU' && CARD.test(from) && message.includes('NAF derivation')
}

function terminalOf({ from, to }: Message): string {
  return CARD.test(to) ? from : to
}

/** @param value Base64 that begins with RAND. @returns RAND in hexadecimal. */
function randOf(value: string | number | undefined): string | undefined {
  const [, base64 = ''] = /^([A-Za-z0-9+/]{22})/.exec(String(value)) ?? []
  if (base64 === '') return undefined
  const octets = atob(base64)
  return Array.from(octets.slice(0, 16), (c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join(
    '',
  )
}
