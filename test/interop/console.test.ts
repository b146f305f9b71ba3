/** The console of a running lab in real Chromium: what a person sees, presses and hears of. Design 11 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningCpns, startCpns } from '../support/run-cpns.ts'
import { browserProgram, openBrowser } from './chromium.fixture.ts'

describe.skipIf(browserProgram === undefined)('the console of a lab', () => {
  let lab: RunningCpns
  let browser: Browser
  let url: string
  let folder: string
  const troubles: string[] = []

  beforeAll(async () => {
    // Set it to keep the pictures.
    folder = process.env.CPNS_SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'cpns-console-'))
    mkdirSync(folder, { recursive: true })
    lab = startCpns(['lab'])
    let printed = ''
    lab.child.stdout?.on('data', (text: string) => {
      printed += text
    })
    await lab.untilPrinted('The lab stays up.')
    url = /http:\S+\/console\//.exec(printed)?.[0] ?? ''
    browser = await openBrowser()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await lab?.end('SIGINT')
    if (process.env.CPNS_SCREENSHOTS === undefined) rmSync(folder, { recursive: true, force: true })
  })

  async function open(look: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage(look)
    page.on('console', (message) => {
      if (message.type() !== 'log') troubles.push(message.text())
    })
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) {
        troubles.push(`asked for ${request.url()}`)
      }
    })
    await page.goto(url)
    await page.getByText('live', { exact: true }).waitFor()
    return page
  }

  const shot = async (page: Page, name: string): Promise<void> => {
    const path = join(folder, `${name}.png`)
    await page.screenshot({ path })
    expect(statSync(path).size).toBeGreaterThan(5_000)
  }

  test('entities, sessions and EUKeys are there, and what ends counts down', async () => {
    const page = await open({ viewport: { width: 1400, height: 900 } })
    for (const name of ['Entities', 'Sessions', 'EUKeys', 'Subscribers']) {
      await page
        .getByRole('region', { name })
        .or(page.getByRole('table', { name }))
        .first()
        .waitFor()
    }
    const sessions = page.getByRole('table', { name: /^Sessions/ })
    const left = sessions.getByRole('cell').last()
    const before = await left.textContent()
    expect(before).toMatch(/\d min/)
    await expect.poll(() => left.textContent()).not.toBe(before)
    await shot(page, 'light-wide')
    await page.close()
  })

  test('each button plays its step, says what was seen, and its messages come into the ladder', async () => {
    const page = await open({ viewport: { width: 1400, height: 900 } })
    for (const name of [
      'Bootstrap',
      'Connect',
      'Send message',
      'Expire now',
      'Wrong card',
      'Attacks',
    ]) {
      const shown = page.locator('.filter output')
      const before = await shown.textContent()
      await page.getByRole('button', { name, exact: true }).click()
      await page.getByText(`✔ ${name}:`).waitFor()
      await expect.poll(() => shown.textContent()).not.toBe(before)
    }
    await page.close()
  })

  test('a message opens by click and by keys: fields and exchange', async () => {
    const page = await open({ viewport: { width: 1400, height: 900 }, colorScheme: 'dark' })
    await page.getByLabel('Find in messages').fill('ConnectRequest')
    const rows = page.locator('.row')
    await expect.poll(() => rows.count()).toBeGreaterThan(0)
    await rows.first().click()
    const details = page.getByRole('region', { name: 'ConnectRequest' })
    await details.getByRole('rowheader', { name: 'Role' }).waitFor()
    await details.getByText(/0000 {2}3c 3f 78 6d 6c|0000 {2}3c 43 6f 6e/).waitFor()
    await details.getByRole('button', { name: 'Show this exchange only' }).click()
    await page.getByLabel('Find in messages').fill('')
    await expect.poll(() => page.locator('.filter output').textContent()).toMatch(/^[4-9] of/)
    await page.getByRole('listbox').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    expect(await page.locator('[aria-selected="true"]').count()).toBe(1)
    await page.getByRole('heading', { name: /AuthenticateRequest|ConnectRequest/ }).waitFor()
    await shot(page, 'dark-wide')
    await page.close()
  })

  test('on a phone nothing sticks out sideways', async () => {
    const page = await open({ viewport: { width: 360, height: 780 } })
    const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')
    expect(widths).toEqual([360, 360])
    await shot(page, 'phone')
    await page.close()
  })

  test('everything that can be pressed has a name, and everything can be reached by Tab', async () => {
    const page = await open()
    const nameless =
      await page.evaluate(`[...document.querySelectorAll('button,input,select,[role]')]
      .filter((element) => !(element.getAttribute('aria-label') || element.getAttribute('aria-labelledby')
        || element.textContent.trim() || element.getAttribute('role') === 'status')).length`)
    expect(nameless).toBe(0)
    const reached = new Set<string>()
    for (let n = 0; n < 30; n++) {
      await page.keyboard.press('Tab')
      reached.add(
        await page.evaluate('document.activeElement.className + document.activeElement.tagName'),
      )
    }
    for (const what of ['BUTTON', 'INPUT', 'SELECT', 'rowsDIV', 'table-boxSECTION']) {
      expect(reached).toContain(what)
    }
    await page.close()
  })

  test('nothing moves while events stream in', async () => {
    const page = await open({ viewport: { width: 1400, height: 900 } })
    await page.evaluate(`window.shifts = 0; new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifts += entry.value
    }).observe({ type: 'layout-shift', buffered: false })`)
    await page.getByRole('button', { name: 'Attacks' }).click()
    await page.getByText('✔ Attacks:').waitFor()
    await page.waitForTimeout(500)
    expect(await page.evaluate('window.shifts')).toBeLessThan(0.01)
    await page.close()
  })

  test('no error, no refusal of the Content-Security-Policy, no request to anybody else', () => {
    expect(troubles).toEqual([])
  })
})
