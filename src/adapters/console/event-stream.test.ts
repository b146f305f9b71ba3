import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { traced } from './console.fixture.ts'
import { createConsoleFeed } from './console-feed.ts'
import type { ConsoleState } from './console-protocol.ts'
import { streamToPage } from './event-stream.ts'

class FakeResponse extends EventEmitter {
  readonly written: string[] = []
  writableLength = 0
  isEnded = false
  write(text: string): boolean {
    this.written.push(text)
    return true
  }
  end(): void {
    this.isEnded = true
  }
  /** Data of all events of this name. */
  said(name: string): unknown[] {
    const prefix = `event: ${name}\ndata: `
    return this.written
      .filter((text) => text.startsWith(prefix))
      .map((text) => JSON.parse(text.slice(prefix.length)))
  }
}

function world() {
  const clock = createVirtualClock()
  const feed = createConsoleFeed({}, clock)
  const response = new FakeResponse()
  const watch = {
    isAllowed: true,
    isBroken: false,
    state: { atMs: 1, tables: [], health: [] } as ConsoleState,
  }
  const open = (after = 0) =>
    streamToPage(response as unknown as ServerResponse, after, {
      feed,
      hello: { title: 't', version: '1', run: 'r', hasLogin: false, actions: [] },
      state: async () => {
        if (watch.isBroken) throw new Error('the disk is gone')
        return watch.state
      },
      isAllowed: () => watch.isAllowed,
      clock,
    })
  return { clock, feed, response, watch, open }
}

describe('what comes first', () => {
  test('hello, what happened before, and the tables', async () => {
    const { clock, feed, response, open } = world()
    feed.trace(traced('a'))
    open()
    await clock.advance(0)
    expect(response.written[0]).toMatch(/^event: hello\n/)
    expect(response.said('hello')).toMatchObject([{ title: 't', run: 'r' }])
    expect(response.said('events')).toMatchObject([[{ seq: 1 }]])
    expect(response.said('state')).toMatchObject([{ tables: [] }])
  })

  test('who comes back gets what it missed; what it has of another life counts for nothing', () => {
    const here = world()
    for (const id of ['a', 'b', 'c']) here.feed.trace(traced(id))
    here.open(2)
    expect(here.response.said('events')).toMatchObject([[{ seq: 3 }]])
    const other = world()
    other.feed.trace(traced('a'))
    other.open(40)
    expect(other.response.said('events')).toMatchObject([[{ seq: 1 }]])
  })

  test('ten thousand events come in slices', () => {
    const { feed, response, open } = world()
    for (let n = 0; n < 1200; n++) feed.trace(traced(String(n)))
    open()
    const slices = response.said('events') as unknown[][]
    expect(slices.map((slice) => slice.length)).toEqual([500, 500, 200])
  })
})

describe('afterwards', () => {
  test('events as they come, each once', async () => {
    const { clock, feed, response, open } = world()
    open()
    feed.trace(traced('a'))
    feed.trace(traced('b'))
    await clock.advance(100)
    feed.trace(traced('c'))
    await clock.advance(100)
    expect(response.said('events')).toMatchObject([[{ seq: 1 }, { seq: 2 }], [{ seq: 3 }]])
  })

  test('tables when they have changed, a sign of life when not', async () => {
    const { clock, response, watch, open } = world()
    open()
    await clock.advance(2500)
    watch.state = { ...watch.state, atMs: 99 }
    await clock.advance(1000)
    expect(response.said('state'), 'time alone is no change').toHaveLength(1)
    expect(response.written.filter((text) => text === ': alive\n\n').length).toBeGreaterThan(1)
    watch.state = { ...watch.state, health: [{ name: 'x', isWell: false, detail: '' }] }
    await clock.advance(1000)
    expect(response.said('state')).toHaveLength(2)
  })
})

test('what cannot be read stays as it was, and is said to', async () => {
  const { clock, response, watch, open } = world()
  const table = { id: 'a', title: 'A', empty: '', columns: [], rows: [] }
  watch.state = { atMs: 1, tables: [table], health: [] }
  open()
  await clock.advance(0)
  watch.isBroken = true
  await clock.advance(2000)
  watch.isBroken = false
  await clock.advance(1000)
  expect(response.said('state')).toMatchObject([
    { tables: [table], health: [] },
    { tables: [table], health: [{ isWell: false, detail: 'cannot be read now' }] },
    { tables: [table], health: [] },
  ])
})

describe('the end', () => {
  test.each([
    [
      'of the login',
      ({ watch }: ReturnType<typeof world>) => {
        watch.isAllowed = false
      },
    ],
    [
      'of a page that does not read',
      ({ response, feed }: ReturnType<typeof world>) => {
        response.writableLength = 9_000_000
        feed.trace(traced('x'))
      },
    ],
    ['of the connection', ({ response }: ReturnType<typeof world>) => response.emit('close')],
  ])('%s', async (_, happen) => {
    const here = world()
    here.open()
    await here.clock.advance(0)
    happen(here)
    await here.clock.advance(1000)
    expect(here.response.isEnded).toBe(true)
    const count = here.response.written.length
    here.feed.trace(traced('later'))
    await here.clock.advance(5000)
    expect(here.response.written).toHaveLength(count)
    expect(here.clock.pendingTimers()).toBe(0)
  })
})
