/**
 * How smooth the console is in real Chromium with 10,000 events held and 200 a second streaming in: frame times and
 * long tasks, beside a page that only counts frames. Run: `npx tsx bench/console.ts`.
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
const measure = async (url: string): Promise<Measured> => {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  await page.goto(url)
  await page.waitForTimeout(1500)
  const timer = setInterval(addEvent, 1000 / PER_SECOND)
  const measured = await page.evaluate<Measured>(`(${MEASURE})(${SECONDS})`)
  clearInterval(timer)
  await page.close()
  return measured
}
const quantile = (values: readonly number[], share: number): number =>
  values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
const tell = (name: string, { frames, tasks }: Measured): void => {
  const ms = (value: number): string => `${value.toFixed(1)} ms`
  console.log(
    `${name.padEnd(10)} frames p50 ${ms(quantile(frames, 0.5))}, p95 ${ms(quantile(frames, 0.95))}, max ${ms(quantile(frames, 1))}; long tasks ${tasks.length}, longest ${ms(Math.max(0, ...tasks))}`,
  )
}
console.log(
  `console, ${HELD} events held, ${PER_SECOND}/s, ${SECONDS} s; ${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, Chromium ${browser.version()}, load ${loadavg()[0]?.toFixed(1)}`,
)
tell('baseline', await measure('about:blank'))
tell('console', await measure(served.url))
await browser.close()
await served.close()
