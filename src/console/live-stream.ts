/** The page's line to its server: server-sent events down, POSTs up. HTML Living Standard 9.2 */
import {
  CONSOLE_HEADER,
  CONSOLE_PATH,
  type ConsoleActionResult,
  type ConsoleEvent,
  type ConsoleHello,
  type ConsoleOctets,
  EVENTS_HELD,
} from '../adapters/console/console-protocol.ts'
import type { PageState } from './page-state.ts'
import { readEvents, readHello, readState } from './read-stream.ts'
import { clockText } from './time-text.ts'

const RETRY_MS = 1500

/** Follows the server until the page is left; comes back when the line was lost. */
export function openLiveStream(page: PageState): { close(): void } {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const queue = createQueue(page)
  const takers = takersOf(page, queue)

  const lost = async (): Promise<void> => {
    source?.close()
    page.connection.value = 'lost'
    const answer = await fetch(`${CONSOLE_PATH}/api/session`).catch(() => undefined)
    if (answer?.status !== 401) {
      timer = setTimeout(open, RETRY_MS)
      return
    }
    // Who was in before is told why he is not any more.
    page.notice.value =
      page.hello.value === undefined ? '' : 'Your session has ended: log in again.'
    page.forgetAll()
    page.connection.value = 'login-needed'
  }
  const open = (): void => {
    const run = page.hello.value?.run ?? ''
    const after = page.log.lastSeq
    source = new EventSource(`${CONSOLE_PATH}/api/stream?run=${run}&after=${after}`)
    for (const [name, take] of Object.entries(takers)) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => take(data))
    }
    source.addEventListener('error', () => void lost())
  }
  const clock = setInterval(() => page.tick(), 1000)
  open()
  return {
    close() {
      clearInterval(clock)
      clearTimeout(timer)
      queue.close()
      source?.close()
    },
  }
}

type Queue = ReturnType<typeof createQueue>

/** Events come faster than frames: they are taken into the page once a frame, and none while it is held still. */
function createQueue(page: PageState) {
  let waiting: ConsoleEvent[] = []
  let isFrameAsked = false
  const take = (): void => {
    isFrameAsked = false
    page.heldBack.value = page.isPaused.value ? waiting.length : 0
    if (page.isPaused.value || waiting.length === 0) return
    page.addEvents(waiting)
    waiting = []
  }
  const takeSoon = (): void => {
    if (isFrameAsked) return
    isFrameAsked = true
    requestAnimationFrame(take)
  }
  const stopWatching = page.isPaused.subscribe(takeSoon)
  return {
    add(events: readonly ConsoleEvent[]): void {
      for (const event of events) waiting.push(event)
      // A page in the background has no frames.
      if (waiting.length > 2 * EVENTS_HELD) waiting = waiting.slice(-EVENTS_HELD)
      takeSoon()
    },
    clear(): void {
      waiting = []
    },
    close: stopWatching,
  }
}

/** By name of the event. */
function takersOf(page: PageState, queue: Queue): Readonly<Record<string, (data: string) => void>> {
  return {
    hello(data) {
      const hello = readHello(data)
      if (hello === undefined) return
      greet(page, queue, hello)
    },
    state(data) {
      const state = readState(data)
      if (state === undefined) return
      page.setState(state)
      page.tick()
    },
    events(data) {
      const { events, malformed } = readEvents(data)
      if (malformed > 0) page.malformed.value += malformed
      page.meter.add(events)
      queue.add(events)
    },
  }
}

function greet(page: PageState, queue: Queue, hello: ConsoleHello): void {
  const former = page.hello.value?.run
  page.notice.value = ''
  if (former !== undefined && former !== hello.run) {
    queue.clear()
    page.forgetEvents()
    page.notice.value = `the server was started anew, seen at ${clockText(Date.now()).slice(0, 8)} UTC`
  }
  page.hello.value = hello
  page.connection.value = 'open'
}

/** Asks for an action of the lab. Never rejects: what went wrong is the sentence. */
export async function runAction(name: string): Promise<ConsoleActionResult> {
  const answer = await post(`actions/${name}`)
  if (answer === undefined) return { isDone: false, sentence: 'The server did not answer.' }
  if (answer.status === 409) return { isDone: false, sentence: 'Another step is being played.' }
  if (!answer.ok) return { isDone: false, sentence: `The server answered ${answer.status}.` }
  return (await answer.json()) as ConsoleActionResult
}

/** The octets of a message; `undefined` if there are none to be had. Never rejects. */
export async function fetchOctets(seq: number): Promise<ConsoleOctets | undefined> {
  const answer = await fetch(`${CONSOLE_PATH}/api/octets/${seq}`).catch(() => undefined)
  return answer?.ok === true ? ((await answer.json()) as ConsoleOctets) : undefined
}

/** @returns `undefined` if the password was right, else what to tell. */
export async function logIn(password: string): Promise<string | undefined> {
  const answer = await post('login', { password })
  if (answer?.ok === true) return undefined
  if (answer?.status === 401) return 'That is not the password.'
  if (answer?.status === 429) return 'Too many attempts: wait a minute.'
  return 'The server did not answer.'
}

/** Ends the session of this browser. */
export async function logOut(): Promise<void> {
  await post('logout')
}

function post(path: string, body: object = {}): Promise<Response | undefined> {
  return fetch(`${CONSOLE_PATH}/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [CONSOLE_HEADER]: '1' },
    body: JSON.stringify(body),
  }).catch(() => undefined)
}
