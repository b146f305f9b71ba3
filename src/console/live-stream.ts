/** The page's line to its server: server-sent events down, POSTs up. HTML Living Standard 9.2 */
import {
  CONSOLE_HEADER,
  CONSOLE_PATH,
  type ConsoleActionResult,
  type ConsoleEvent,
  type ConsoleHello,
  type ConsoleOctets,
  type ConsoleState,
} from '../adapters/console/console-protocol.ts'
import type { PageState } from './page-state.ts'

const RETRY_MS = 1500

/** Follows the server until the page is left; comes back when the line was lost. */
export function openLiveStream(page: PageState): { close(): void } {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let waiting: ConsoleEvent[] = []
  let isFrameAsked = false

  /** Events come faster than frames: they are taken into the page once a frame. */
  const takeWaiting = (): void => {
    isFrameAsked = false
    if (page.isPaused.value || waiting.length === 0) return
    page.addEvents(waiting)
    waiting = []
  }
  const addSoon = (events: readonly ConsoleEvent[]): void => {
    waiting.push(...events)
    if (isFrameAsked) return
    isFrameAsked = true
    requestAnimationFrame(takeWaiting)
  }
  const stopPausing = page.isPaused.subscribe(() => addSoon([]))

  /** What comes is of our own server, and of the form that it is built with. */
  const takers = {
    hello(hello: ConsoleHello & { readonly isFresh: boolean }): void {
      // A server that was started anew counts from 1 again.
      if (hello.isFresh) page.log.clear()
      page.hello.value = hello
      page.connection.value = 'open'
    },
    state(state: ConsoleState): void {
      page.setState(state)
      page.tick()
    },
    events: addSoon,
  }

  const lost = async (): Promise<void> => {
    source?.close()
    page.connection.value = 'lost'
    const answer = await fetch(`${CONSOLE_PATH}/api/session`).catch(() => undefined)
    if (answer?.status === 401) page.connection.value = 'login-needed'
    else timer = setTimeout(open, RETRY_MS)
  }
  const open = (): void => {
    const after = page.log.shown.length === 0 ? 0 : lastSeq(page)
    source = new EventSource(`${CONSOLE_PATH}/api/stream?after=${after}`)
    const on = (name: keyof typeof takers): void =>
      source?.addEventListener(name, ({ data }: MessageEvent<string>) =>
        takers[name](JSON.parse(data)),
      )
    on('hello')
    on('state')
    on('events')
    source.addEventListener('error', () => void lost())
  }
  const clock = setInterval(() => page.tick(), 1000)
  open()
  return {
    close() {
      clearInterval(clock)
      clearTimeout(timer)
      stopPausing()
      source?.close()
    },
  }
}

function lastSeq({ log }: PageState): number {
  return log.shown.at(-1)?.seq ?? 0
}

/** Asks for an action of the lab. Never rejects: what went wrong is the sentence. */
export async function runAction(name: string): Promise<ConsoleActionResult> {
  const answer = await post(`actions/${name}`)
  if (answer === undefined) return { isDone: false, sentence: 'The server did not answer.' }
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
