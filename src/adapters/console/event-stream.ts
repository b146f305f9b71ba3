/** One page's stream: hello, then tables and events as they come. HTML Living Standard 9.2 */
import type { ServerResponse } from 'node:http'
import type { Clock, Timer } from '../../ports/clock.ts'
import type { ConsoleFeed } from './console-feed.ts'
import type { ConsoleHello, ConsoleState } from './console-protocol.ts'

/** What a stream shows. */
export interface StreamParts {
  readonly feed: ConsoleFeed
  readonly hello: ConsoleHello
  readonly state: () => Promise<ConsoleState>
  /** Whether the one who watches may go on. */
  readonly isAllowed: () => boolean
  readonly clock: Clock
}

/** How often the tables are looked at, in milliseconds; they are sent if they have changed. */
export const STATE_MS = 1000
/** Events of one message to the page. */
const SLICE = 500
/** Octets that may wait for a page that does not read; over it, it has to come again. */
const MOST_WAITING = 8 * 1024 * 1024
/** What is said beside tables that are no longer those of now. */
const UNREADABLE = [{ name: 'tables', isWell: false, detail: 'cannot be read now' }]

/**
 * Writes to a response until it is closed from either end.
 *
 * @param after Number of the last event that the page has.
 * @returns Ends it.
 */
export function streamToPage(
  response: ServerResponse,
  after: number,
  { feed, hello, state, isAllowed, clock }: StreamParts,
): () => void {
  let last = after > feed.lastSeq ? 0 : after
  let former: ConsoleState = { atMs: 0, tables: [], health: [] }
  let told = ''
  let timer: Timer | undefined
  let isOver = false

  const finish = (): void => {
    isOver = true
    timer?.cancel()
    unsubscribe()
    response.end()
  }
  const send = (name: string, data: unknown): void => {
    if (isOver) return
    response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    if (response.writableLength > MOST_WAITING) finish()
  }
  const sendEvents = (): void => {
    const events = feed.since(last)
    last = feed.lastSeq
    for (let n = 0; n < events.length; n += SLICE) send('events', events.slice(n, n + SLICE))
  }
  const sendState = async (): Promise<void> => {
    if (!isAllowed()) return finish()
    former = await state().catch(() => ({ ...former, atMs: clock.nowMs(), health: UNREADABLE }))
    if (isOver) return
    const { atMs: _, ...shown } = former
    const text = JSON.stringify(shown)
    if (text === told) response.write(': alive\n\n')
    else send('state', former)
    told = text
    timer = clock.setTimer(STATE_MS, () => void sendState())
  }
  const unsubscribe = feed.subscribe(sendEvents)
  response.once('close', finish)
  send('hello', hello)
  void sendState()
  sendEvents()
  return finish
}
