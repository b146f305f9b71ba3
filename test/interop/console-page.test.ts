/** The console's page by itself in real Chromium, over servers that do what they should not. Design 11 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ConsoleFeed, createConsoleFeed } from '../../src/adapters/console/console-feed.ts'
import { createConsoleLogin } from '../../src/adapters/console/console-login.ts'
import type { ConsoleState } from '../../src/adapters/console/console-protocol.ts'
import { type ServedConsole, serveConsole } from '../../src/adapters/console/serve-console.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { CONSOLE_PAGE } from '../../src/cli/console-page.ts'
import type { TraceEvent, TraceItem } from '../../src/trace/trace.ts'
import { browserProgram } from './chromium.fixture.ts'
import { openWatcher, type Watcher, watchShifts } from './console.fixture.ts'

const PASSWORD = 'correct horse'
const HOUR_MS = 3_600_000
const NAMES = ['PNE watch', 'PN GW', 'USIM', 'CPNS Server', 'BSF', 'HSS']

function message(n: number, change: Partial<TraceEvent> = {}): TraceItem {
  return {
    kind: 'message',
    atMs: Date.now(),
    point: n % 2 === 0 ? 'CPNS-2' : 'Ub',
    side: 'sent',
    from: NAMES[n % NAMES.length] as string,
    to: NAMES[(n + 1) % NAMES.length] as string,
    message: 'ConnectRequest',
    transactionId: String(n >> 2),
    fields: { Role: 'pn-gw', n },
    ...change,
  }
}

describe.skipIf(browserProgram === undefined)('the page', () => {
  let watcher: Watcher
  const running: ServedConsole[] = []
  beforeAll(async () => {
    watcher = await openWatcher()
  }, 30_000)
  afterEach(async () => {
    for (const context of watcher.browser.contexts()) await context.close()
    for (const served of running.splice(0)) await served.close()
  })
  afterAll(() => watcher?.close())

  async function serve(parts: {
    readonly feed?: ConsoleFeed
    readonly state?: () => Promise<ConsoleState>
    readonly port?: number
    readonly aheadMs?: () => number
  }) {
    const { feed = createConsoleFeed({}, systemClock), port = 0, aheadMs } = parts
    const state = parts.state ?? (async () => ({ atMs: Date.now(), tables: [], health: [] }))
    const monotonicMs = (): number => systemClock.monotonicMs() + (aheadMs?.() ?? 0)
    const verifyPassword = async (typed: string): Promise<boolean> => typed === PASSWORD
    const login =
      aheadMs &&
      createConsoleLogin({ verifyPassword, clock: { monotonicMs }, random: createSystemRandom() })
    const served = await serveConsole(
      { host: '127.0.0.1', port, title: 'console', version: '1', pageFolder: CONSOLE_PAGE },
      { feed, state, clock: systemClock, ...(login && { login }) },
    )
    running.push(served)
    return { url: served.url, origin: new URL(served.url).origin, feed, served }
  }
  const open = async ({ url, origin }: { url: string; origin: string }, width = 1366) => {
    const page = await watcher.open(origin, { viewport: { width, height: 768 } })
    await page.goto(url)
    return page
  }

  test('a session that ends takes the page with it, and says so', async () => {
    let aheadMs = 0
    const served = await serve({ aheadMs: () => aheadMs })
    served.feed.trace(message(1))
    const page = await open(served)
    await page.getByLabel('Password of the administrator').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByText('live', { exact: true }).waitFor()
    await page.locator('.row').first().waitFor()
    aheadMs = 3 * HOUR_MS
    await page.getByText('Your session has ended: log in again.').waitFor()
    expect(await page.locator('.row').count()).toBe(0)
    expect(await page.evaluate('document.activeElement.id')).toBe('password')
    // The browser says every 401; here it is what was wanted.
    watcher.troubles.splice(0)
  })

  test('a server that is started anew: the page says that it is lost, comes back, and begins anew', async () => {
    const former = await serve({})
    for (let n = 0; n < 30; n++) former.feed.trace(message(n))
    const page = await open(former)
    await page.getByText('30 of 30').waitFor()
    await former.served.close()
    await page.getByText('connection lost, trying again …').waitFor()
    const port = Number(new URL(former.url).port)
    const feed = createConsoleFeed({}, systemClock)
    // More of them than before: their numbers alone tell nothing.
    for (let n = 0; n < 44; n++) feed.trace(message(n, { message: 'AuthenticateRequest' }))
    await serve({ feed, port })
    await page.getByText(/the server was started anew, seen at/).waitFor()
    await page.getByText('44 of 44').waitFor()
    await page.getByText('live', { exact: true }).waitFor()
    watcher.troubles.splice(0)
  })

  test('a hundred thousand events: ten thousand are held, some dozens drawn, the newest in sight', async () => {
    const served = await serve({})
    const page = await open(served)
    await page.getByText('live', { exact: true }).waitFor()
    for (let n = 1; n <= 100_000; n++) {
      served.feed.trace(message(n, { message: `Message-${n}` }))
      if (n % 5000 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await page.getByText('Message-100000', { exact: true }).waitFor()
    const [, held = ''] = /of (\d+)/.exec((await page.locator('.counts').textContent()) ?? '') ?? []
    expect(Number(held)).toBeLessThanOrEqual(10_256)
    expect(Number(held)).toBeGreaterThanOrEqual(10_000)
    expect(await page.locator('.row').count()).toBeLessThan(60)
    expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(1500)
  })

  test('what makes no sense, and names without end, take nothing with them', async () => {
    const served = await serve({})
    served.feed.trace({ kind: 'message', atMs: Number.NaN } as TraceItem)
    served.feed.trace(message(1, { fields: null as never }))
    served.feed.trace({ kind: 'other', atMs: 1 } as never)
    const long = `urn:x:${'very-long-'.repeat(24)}`
    served.feed.trace(message(2, { from: long, message: 'M'.repeat(3000) }))
    served.feed.trace({ kind: 'note', atMs: Date.now(), entity: long, text: 'x'.repeat(5000) })
    served.feed.trace(message(3, { message: '<img src=x onerror=alert(1)>' }))
    for (const width of [360, 1366]) {
      const page = await open(served, width)
      await page.getByText('3 of 3, 3 malformed').waitFor()
      await page.getByText('<img src=x').first().click()
      await page.getByRole('heading', { name: '<img src=x onerror=alert(1)>' }).waitFor()
      await page.getByText('MMMMM').first().click()
      await page.getByRole('heading', { name: 'MMMMM' }).waitFor()
      const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')
      expect(widths).toEqual([width, width])
      await watcher.shoot(page, `long-names-${width}`)
      await page.close()
    }
    expect(watcher.troubles.splice(0)).toEqual([
      // No octets of these messages are held.
      ...Array.from({ length: 4 }, () => expect.stringContaining('404')),
    ])
  })

  test.each([360, 1366])(
    'nothing moves while 200 events a second stream in, %i wide',
    async (width) => {
      let second = 0
      const row = (n: number) => ({
        entity: `PN GW ${n}`,
        state: 'online',
        ends: Date.now() + 60_000,
      })
      const state = async (): Promise<ConsoleState> => {
        second += 1
        const isWell = second % 2 === 0
        return {
          atMs: Date.now(),
          health: [{ name: 'store', isWell, detail: isWell ? 'writable' : 'not writable' }],
          tables: [
            {
              id: 'sessions',
              title: 'Sessions',
              empty: 'None.',
              columns: [
                { key: 'entity', title: 'Entity', kind: 'text' },
                { key: 'state', title: 'State', kind: 'state' },
                { key: 'ends', title: 'Ends in', kind: 'expiry' },
              ],
              rows: [row(1), row(2)],
            },
          ],
        }
      }
      const served = await serve({ state })
      for (let n = 0; n < 400; n++) served.feed.trace(message(n))
      const page = await open(served, width)
      await page.getByText('400 of 400').waitFor()
      await page.getByText('Ends in').waitFor()
      const shifts = await watchShifts(page)
      for (let n = 400; n < 900; n += 10) {
        for (let k = 0; k < 10; k++) served.feed.trace(message(n + k))
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      await page.getByText('900 of 900').waitFor()
      expect(await shifts()).toBeLessThan(0.001)
    },
  )

  test('no error, no refusal of the Content-Security-Policy, no request to anybody else', () => {
    expect(watcher.troubles).toEqual([])
  })
})
