/**
 * What comes down the stream, read with care: an event that makes no sense is passed over and counted, so
 * that one of them cannot take the page with it. HTML Living Standard 9.2
 */
import type {
  ConsoleEvent,
  ConsoleHello,
  ConsoleState,
} from '../adapters/console/console-protocol.ts'

/** Those that make sense, and how many do not. */
export interface ReadEvents {
  readonly events: readonly ConsoleEvent[]
  readonly malformed: number
}

/** @param data JSON of an event `events`. */
export function readEvents(data: string): ReadEvents {
  const list = parse(data)
  if (!Array.isArray(list)) return { events: [], malformed: 1 }
  const events = list.filter(isEvent)
  return { events, malformed: list.length - events.length }
}

/** @param data JSON of an event `hello`. @returns `undefined` if it makes no sense. */
export function readHello(data: string): ConsoleHello | undefined {
  const hello = parse(data)
  if (!isRecord(hello) || !Array.isArray(hello.actions)) return undefined
  return isText(hello.title) && isText(hello.run) ? (hello as unknown as ConsoleHello) : undefined
}

/** @param data JSON of an event `state`. @returns `undefined` if it makes no sense. */
export function readState(data: string): ConsoleState | undefined {
  const state = parse(data)
  if (!isRecord(state) || !isTime(state.atMs)) return undefined
  const { tables, health } = state
  const isWhole =
    Array.isArray(health) && health.every(isPart) && Array.isArray(tables) && tables.every(isTable)
  return isWhole ? (state as unknown as ConsoleState) : undefined
}

function isEvent(value: unknown): value is ConsoleEvent {
  if (!isRecord(value) || !Number.isSafeInteger(value.seq) || !isRecord(value.item)) return false
  const { kind, atMs, entity, text, point, from, to, message, transactionId, fields } = value.item
  if (!isTime(atMs)) return false
  if (kind === 'note') return isText(entity) && isText(text)
  if (kind !== 'message' || !isRecord(fields)) return false
  const isNamed = [point, from, to, message].every(isText)
  return isNamed && (transactionId === undefined || isText(transactionId))
}

function isTable(value: unknown): boolean {
  if (!isRecord(value) || !isText(value.id) || !isText(value.title)) return false
  const { columns, rows } = value
  return [columns, rows].every((list) => Array.isArray(list) && list.every(isRecord))
}

function isPart(value: unknown): boolean {
  return isRecord(value) && isText(value.name) && isText(value.detail)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** Milliseconds of the last day that a Date can tell. ECMAScript 2025, 21.4.1.1 */
const LAST_TIME = 8.64e15

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LAST_TIME
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
