/** A console looked at by somebody who notices what is wrong: errors, requests to others, barriers. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openBrowser } from './chromium.fixture.ts'

/** What was wrong, and on what, in one line each. */
export interface Watcher {
  readonly browser: Browser
  /** Errors and refusals that the browser reported, and requests to anybody but the console. */
  readonly troubles: string[]
  /** Opens a page in a profile of its own; `goto` is the caller's. @param origin Who may be asked. */
  open(origin: string, look?: BrowserContextOptions): Promise<Page>
  /** Keeps a picture, in the folder `CPNS_SCREENSHOTS` if it is set. */
  shoot(page: Page, name: string, isFull?: boolean): Promise<void>
  close(): Promise<void>
}

const LEAST_PICTURE = 5_000

/** The caller closes it. */
export async function openWatcher(): Promise<Watcher> {
  const kept = process.env.CPNS_SCREENSHOTS
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'cpns-console-'))
  mkdirSync(folder, { recursive: true })
  const browser = await openBrowser()
  const troubles: string[] = []
  return {
    browser,
    troubles,
    async open(origin, look = {}) {
      const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, ...look })
      const page = await context.newPage()
      page.on('console', (message) => {
        if (message.type() !== 'log') troubles.push(message.text())
      })
      page.on('pageerror', (error) => troubles.push(error.message))
      // Aborted before it leaves the browser: nobody outside is ever asked.
      await page.route('**', (route) => {
        const url = route.request().url()
        if (url.startsWith(`${origin}/`)) return route.fallback()
        troubles.push(`asked for ${url}`)
        return route.abort()
      })
      return page
    },
    async shoot(page, name, isFull = false) {
      const path = join(folder, `${name}.png`)
      await page.screenshot({ path, fullPage: isFull })
      if (statSync(path).size < LEAST_PICTURE) throw new Error(`${name} is an empty picture`)
    },
    async close() {
      await browser.close()
      if (kept === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Barriers of a page as it is now: WCAG 2.2 A and AA, and good practice, as far as axe-core finds them. */
export async function barriersOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe)
  return page.evaluate<
    string[]
  >(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
      id + ' ' + target.join(' ') + ': ' + failureSummary.split('\\n').pop().trim())))`)
}

/**
 * Elements of the tables that have more content than room: it would be cut off, or need scrolling sideways; and texts
 * that stick out of the panel that they are in.
 */
export async function cutOffIn(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(`(() => {
    const right = document.querySelector('.known').getBoundingClientRect().right
    const elements = document.querySelectorAll('.known, .known section, .known caption, .known td, .known td span')
    return [...elements].filter((element) => {
      const isCut = element.scrollWidth > element.clientWidth && getComputedStyle(element).display !== 'inline'
      return isCut || element.getBoundingClientRect().right > right
    }).map((element) => element.className + ' ' + element.textContent)
  })()`)
}

/** Starts to add up how much the page's content moves by itself. Layout Instability 2.1 */
export async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(`window.shifts = 0; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value
  }).observe({ type: 'layout-shift', buffered: false })`)
  return () => page.evaluate<number>('window.shifts')
}
