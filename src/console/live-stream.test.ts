import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CONSOLE_HEADER } from '../adapters/console/console-protocol.ts'
import { messageEvent } from './console.fixture.ts'
import { fetchOctets, logIn, logOut, openLiveStream, runAction } from './live-stream.ts'
import { createPageState } from './page-state.ts'

/** The browser's part of the line. */
class FakeSource extends EventTarget {
  static opened: FakeSource[] = []
  readonly url: string
  closed = false
  constructor(url: string) {
    super()
    this.url = url
    FakeSource.opened.push(this)
  }
  say(name: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }))
  }
  close(): void {
    this.closed = true
  }
}

let answer: { status: number; body?: unknown } | undefined
let asked: { url: string; init: RequestInit | undefined }[]
let frames: (() => void)[]
beforeEach(() => {
  vi.useFakeTimers()
  FakeSource.opened = []
  asked = []
  frames = []
  answer = { status: 204 }
  vi.stubGlobal('EventSource', FakeSource)
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame))
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    asked.push({ url, init })
    if (answer === undefined) throw new TypeError('failed to fetch')
    const { status, body } = answer
    return new Response(body === undefined ? null : JSON.stringify(body), { status })
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const hello = { title: 'cpns lab', version: '1', run: 'r1', hasLogin: false, actions: [] }
const frame = (): void => {
  for (const draw of frames.splice(0)) draw()
}

describe('the stream', () => {
  test('events are taken into the page once a frame', () => {
    const page = createPageState()
    openLiveStream(page)
    const [source] = FakeSource.opened
    source?.say('hello', hello)
    source?.say('events', [messageEvent(1)])
    source?.say('events', [messageEvent(2)])
    expect({ held: page.log.size, frames: frames.length }).toEqual({ held: 0, frames: 1 })
    frame()
    expect(page.log.size).toBe(2)
    expect(page.connection.value).toBe('open')
  })

  test('a page that is held still gets all of it afterwards', () => {
    const page = createPageState()
    openLiveStream(page)
    page.isPaused.value = true
    FakeSource.opened[0]?.say('events', [messageEvent(1)])
    frame()
    expect(page.log.size).toBe(0)
    page.isPaused.value = false
    frame()
    expect(page.log.size).toBe(1)
  })

  test('after a loss it asks for what came since', async () => {
    const page = createPageState()
    openLiveStream(page)
    expect(FakeSource.opened[0]?.url).toBe('/console/api/stream?run=&after=0')
    FakeSource.opened[0]?.say('hello', hello)
    FakeSource.opened[0]?.say('events', [messageEvent(41)])
    frame()
    page.setFilter({ text: 'nothing has this' })
    FakeSource.opened[0]?.dispatchEvent(new Event('error'))
    await vi.advanceTimersByTimeAsync(1500)
    const [former, next] = FakeSource.opened
    expect(former?.closed).toBe(true)
    expect(next?.url).toBe('/console/api/stream?run=r1&after=41')
    next?.say('hello', hello)
    expect([page.log.size, page.notice.value]).toEqual([1, ''])
  })

  test('a server that was started anew is said, and what the former one told is gone', () => {
    const page = createPageState()
    openLiveStream(page)
    const [source] = FakeSource.opened
    source?.say('hello', hello)
    source?.say('events', [messageEvent(41)])
    frame()
    source?.say('events', [messageEvent(42)])
    source?.say('hello', { ...hello, run: 'r2' })
    source?.say('events', [messageEvent(1)])
    frame()
    expect(page.log.shown.map(({ seq }) => seq)).toEqual([1])
    expect(page.notice.value).toMatch(/^the server was started anew, seen at \d\d:\d\d:\d\d UTC$/)
  })

  test('what makes no sense is passed over and counted', () => {
    const page = createPageState()
    openLiveStream(page)
    const [source] = FakeSource.opened
    source?.say('hello', { actions: 'none' })
    source?.say('state', { atMs: 'noon' })
    source?.say('events', [{ seq: 1 }, messageEvent(2)])
    source?.say('events', 'x')
    frame()
    expect([page.log.size, page.malformed.value]).toEqual([1, 2])
    expect([page.hello.value, page.state.value.atMs]).toEqual([undefined, 0])
  })

  test('a page without frames does not hold more and more', () => {
    const page = createPageState()
    openLiveStream(page)
    page.isPaused.value = true
    const [source] = FakeSource.opened
    for (let from = 1; from <= 60_000; from += 500) {
      source?.say(
        'events',
        Array.from({ length: 500 }, (_, n) => messageEvent(from + n)),
      )
    }
    frame()
    expect(page.heldBack.value).toBeLessThanOrEqual(20_000)
    page.isPaused.value = false
    frame()
    expect([page.log.lastSeq, page.heldBack.value]).toEqual([60_000, 0])
  })

  test('who is not logged in is told so, and not tried again', async () => {
    answer = { status: 401 }
    const page = createPageState()
    openLiveStream(page)
    FakeSource.opened[0]?.dispatchEvent(new Event('error'))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(page.connection.value).toBe('login-needed')
    expect(page.notice.value, 'who comes for the first time has lost nothing').toBe('')
    expect(FakeSource.opened).toHaveLength(1)
  })

  test('whose session has ended is told so, and sees nothing any more', async () => {
    const page = createPageState()
    openLiveStream(page)
    FakeSource.opened[0]?.say('hello', hello)
    FakeSource.opened[0]?.say('events', [messageEvent(1)])
    frame()
    answer = { status: 401 }
    FakeSource.opened[0]?.dispatchEvent(new Event('error'))
    await vi.advanceTimersByTimeAsync(10)
    expect(page.notice.value).toContain('Your session has ended')
    expect(page.log.size).toBe(0)
  })

  test('tables and the clock', () => {
    const page = createPageState()
    const stream = openLiveStream(page)
    FakeSource.opened[0]?.say('state', { atMs: 5_000, tables: [], health: [] })
    expect(page.nowMs.value).toBe(5_000)
    vi.advanceTimersByTime(3000)
    expect(page.nowMs.value).toBe(8_000)
    stream.close()
    vi.advanceTimersByTime(3000)
    expect(page.nowMs.value).toBe(8_000)
    expect(FakeSource.opened[0]?.closed).toBe(true)
  })
})

describe('POSTs', () => {
  test('carry the header that no foreign page can set', async () => {
    await logOut()
    expect(asked[0]?.url).toBe('/console/api/logout')
    expect(new Headers(asked[0]?.init?.headers).get(CONSOLE_HEADER)).toBe('1')
  })

  test('an action: what was seen, or why nothing was', async () => {
    answer = { status: 200, body: { isDone: true, sentence: 'Seen.' } }
    expect(await runAction('bootstrap')).toEqual({ isDone: true, sentence: 'Seen.' })
    answer = { status: 409 }
    expect(await runAction('bootstrap')).toMatchObject({
      sentence: 'Another step is being played.',
    })
    answer = { status: 500 }
    expect(await runAction('bootstrap')).toMatchObject({ sentence: 'The server answered 500.' })
    answer = undefined
    expect(await runAction('bootstrap')).toMatchObject({ sentence: 'The server did not answer.' })
  })

  test('octets, or none', async () => {
    answer = { status: 200, body: { protocol: 'http', hex: '00' } }
    expect(await fetchOctets(7)).toEqual({ protocol: 'http', hex: '00' })
    expect(asked[0]?.url).toBe('/console/api/octets/7')
    answer = { status: 404 }
    expect(await fetchOctets(7)).toBeUndefined()
    answer = undefined
    expect(await fetchOctets(7)).toBeUndefined()
  })

  test.each([
    [204, undefined],
    [401, 'That is not the password.'],
    [429, 'Too many attempts: wait a minute.'],
    [500, 'The server did not answer.'],
  ])('a login that is answered with %i', async (status, said) => {
    answer = { status }
    expect(await logIn('secret')).toBe(said)
  })
})
