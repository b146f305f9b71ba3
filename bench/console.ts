/**
 * How smooth the console is in real Chromium with 10,000 events held and 200 a second streaming in: frame times and
 * long tasks, beside a page that only counts frames, and on a processor of a quarter of the speed. Run: `npx tsx bench/console.ts`.
 */
import { cpus, loadavg } from 'node:os'
import { chromium } from 'playwright-core'
import { createConsoleFeed } from '../src/adapters/console/console-feed.ts'
import { serveConsole } from '../src/adapters/console/serve-console.ts'
import { systemClock } from '../src/adapters/system/system-clock.ts'
import { CONSOLE_PAGE } from '../src/cli/console-page.ts'

const SECONDS = Number(process.env.CPNS_BENCH_SECONDS ?? 10)
const HELD = 10_000
const PER_SECOND = 200
const ENTITIES = ['PNE watch', 'PN GW', 'USIM', 'CPNS Server', 'BSF', 'HSS']

const MEASURE = `(seconds) => new Promise((done) => {
  const frames = []; const tasks = []
  new PerformanceObserver((list) => { for (const e of list.getEntries()) tasks.push(e.duration) })
    .observe({ type: 'longtask', buffered: false })
  let last = performance.now(); const end = last + seconds * 1000
  const frame = (now) => {
    frames.push(now - last); last = now
    if (now < end) requestAnimationFrame(frame)
    else done({ frames: frames.slice(1).sort((a, b) => a - b), tasks })
  }
  requestAnimationFrame(frame)
})`

interface Measured {
  readonly frames: readonly number[]
  readonly tasks: readonly number[]
  /** Processor time of the page's main thread, milliseconds in each second. */
  readonly busy: { readonly all: number; readonly script: number; readonly layout: number }
}

const feed = createConsoleFeed({}, systemClock)
let count = 0
const addEvent = (): void => {
  count += 1
  feed.trace({
    kind: 'message',
    atMs: Date.now(),
    point: count % 2 === 0 ? 'CPNS-2' : 'Ub',
    side: 'sent',
    from: ENTITIES[count % ENTITIES.length] as string,
    to: ENTITIES[(count + 1) % ENTITIES.length] as string,
    message: 'ConnectRequest',
    transactionId: String(count >> 2),
    fields: { Role: 'pn-gw', octets: 412, RAND: 'AAAAAAAAAAAAAAAAAAAAAA==' },
  })
}
for (let n = 0; n < HELD; n++) addEvent()

const served = await serveConsole(
  { host: '127.0.0.1', port: 0, title: 'bench', version: '0', pageFolder: CONSOLE_PAGE },
  { feed, state: async () => ({ atMs: Date.now(), tables: [], health: [] }), clock: systemClock },
)
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
/** @param slowdown How many times slower the page's processor is made. */
const measure = async (url: string, slowdown = 1): Promise<Measured> => {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  await page.goto(url)
  await page.waitForTimeout(1500)
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  const seconds = async (...names: readonly string[]): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics
      .filter(({ name }) => names.includes(name))
      .reduce((sum, { value }) => sum + value, 0)
  }
  const busyNow = async () => ({
    all: await seconds('TaskDuration'),
    script: await seconds('ScriptDuration'),
    layout: await seconds('LayoutDuration', 'RecalcStyleDuration'),
  })
  const before = await busyNow()
  const timer = setInterval(addEvent, 1000 / PER_SECOND)
  const measured = await page.evaluate<Pick<Measured, 'frames' | 'tasks'>>(
    `(${MEASURE})(${SECONDS})`,
  )
  clearInterval(timer)
  const after = await busyNow()
  await page.close()
  const rate = (name: keyof typeof after): number => ((after[name] - before[name]) / SECONDS) * 1000
  return {
    ...measured,
    busy: { all: rate('all'), script: rate('script'), layout: rate('layout') },
  }
}
const quantile = (values: readonly number[], share: number): number =>
  values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
const tell = (name: string, { frames, tasks, busy }: Measured): void => {
  const ms = (value: number): string => `${value.toFixed(1)} ms`
  console.log(
    `${name.padEnd(10)} frames p50 ${ms(quantile(frames, 0.5))}, p95 ${ms(quantile(frames, 0.95))}, max ${ms(quantile(frames, 1))}; long tasks ${tasks.length}, longest ${ms(Math.max(0, ...tasks))}; busy ${ms(busy.all)}/s, script ${ms(busy.script)}/s, layout ${ms(busy.layout)}/s`,
  )
}
console.log(
  `console, ${HELD} events held, ${PER_SECOND}/s, ${SECONDS} s; ${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, Chromium ${browser.version()}, load ${loadavg()[0]?.toFixed(1)}`,
)
tell('baseline', await measure('about:blank'))
tell('console', await measure(served.url))
tell('at 1/4', await measure(served.url, 4))
await browser.close()
await served.close()
