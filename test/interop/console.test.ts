/** The console of a running lab in real Chromium: what a person sees, presses and hears of. Design 11 */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningCpns, startCpns } from '../support/run-cpns.ts'
import { browserProgram } from './chromium.fixture.ts'
import { barriersOf, cutOffIn, openWatcher, type Watcher, watchShifts } from './console.fixture.ts'

const STEPS = ['Bootstrap', 'Connect', 'Send message', 'Expire now', 'Wrong card', 'Attacks']
const TABLES = ['Entities', 'Sessions', 'Personal networks', 'EUKeys', 'Users', 'Subscribers']

describe.skipIf(browserProgram === undefined)('the console of a lab', () => {
  let lab: RunningCpns
  let watcher: Watcher
  let url: string

  beforeAll(async () => {
    lab = startCpns(['lab'])
    let printed = ''
    lab.child.stdout?.on('data', (text: string) => {
      printed += text
    })
    await lab.untilPrinted('The lab stays up.')
    url = /http:\S+\/console\//.exec(printed)?.[0] ?? ''
    watcher = await openWatcher()
  }, 120_000)
  afterAll(async () => {
    await watcher?.close()
    await lab?.end('SIGINT')
  })

  async function open(look: BrowserContextOptions = {}): Promise<Page> {
    const page = await watcher.open(new URL(url).origin, look)
    await page.goto(url)
    await page.getByText('live', { exact: true }).waitFor()
    return page
  }
  /** Presses Tab until the focus is on what is wanted. */
  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let n = 0; n < 40; n++) {
      await page.keyboard.press('Tab')
      if (await page.evaluate<boolean>(`document.activeElement.matches('${selector}')`)) return
    }
    throw new Error(`Tab never comes to ${selector}`)
  }

  test('who is known, health and rates are there, and what ends counts down', async () => {
    const page = await open()
    for (const name of TABLES) await page.getByRole('table', { name: RegExp(`^${name}`) }).waitFor()
    const entities = page.getByRole('table', { name: /^Entities/ })
    for (const name of ['PN GW', 'PN GW home', 'PNE watch', 'PNE car']) {
      await entities.getByRole('cell', { name, exact: true }).first().waitFor()
    }
    await page.getByText('all 7 parts are well').waitFor()
    for (const point of ['APDU', 'Ub', 'Zh', 'Zn', 'CPNS-1', 'CPNS-2']) {
      await page.locator('.rates').getByText(point, { exact: true }).waitFor()
    }
    const left = page
      .getByRole('table', { name: /^Sessions/ })
      .getByRole('cell')
      .nth(1)
    const before = await left.textContent()
    expect(before).toMatch(/\d min/)
    await expect.poll(() => left.textContent()).not.toBe(before)
    await watcher.shoot(page, 'lab-light-1366')
    await page.close()
  })

  test('each button plays its step, says what was seen, and its messages come into the ladder', async () => {
    const page = await open()
    const shifts = await watchShifts(page)
    for (const name of STEPS) {
      const shown = page.locator('.counts')
      const before = await shown.textContent()
      await page.getByRole('button', { name, exact: true }).click()
      await page.getByText(`✔ ${name}:`).waitFor()
      await expect.poll(() => shown.textContent()).not.toBe(before)
    }
    expect(await shifts()).toBeLessThan(0.01)
    await page.close()
  })

  test('the buttons work again and again, in any order', async () => {
    const page = await open()
    for (const name of STEPS.toReversed().flatMap((step) => [step, step])) {
      const messages = await page.locator('.counts').textContent()
      await page.getByRole('button', { name, exact: true }).click()
      await page
        .locator('.report')
        .getByText(RegExp(`^✔ ${name}:|^✘`))
        .waitFor()
      expect(await page.locator('.report').textContent()).toMatch(RegExp(`^✔ ${name}:`))
      await expect.poll(() => page.locator('.counts').textContent()).not.toBe(messages)
    }
    await page.getByText('all 7 parts are well').waitFor()
    await page.close()
  })

  test('the exchange of a bootstrapping run: Ub, its vector, its APDUs, and only those', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Bootstrap' }).click()
    await page.getByText('✔ Bootstrap:').waitFor()
    await page.locator('.row').filter({ hasText: '200 OK' }).last().click()
    await page.getByRole('button', { name: 'Show this exchange only' }).click()
    await expect
      .poll(() => page.locator('.lanes span').allTextContents())
      .toEqual(['UTC', ' PN GW', ' USIM', ' BSF', ' HSS'])
    const shown = await page.locator('.row').allTextContents()
    const count = (name: string): number => shown.filter((text) => text.includes(name)).length
    expect(count('GET')).toBe(2)
    expect(count('401 Unauthorized')).toBe(1)
    expect(count('200 OK')).toBe(1)
    expect(count('Multimedia-Auth-')).toBe(2)
    expect(count('AUTHENTICATE GBA bootstrapping')).toBe(2)
    await page.getByRole('button', { name: 'Send message' }).click()
    await page.getByText('✔ Send message:').waitFor()
    await page.waitForTimeout(300)
    expect(await page.locator('.row').count(), 'what comes is of another').toBe(shown.length)
    await page.getByRole('button', { name: /^One exchange/ }).click()
    await expect.poll(() => page.locator('.lanes span').count()).toBeGreaterThan(5)
    await page.close()
  })

  test('who reads what was is left in peace until he follows again', async () => {
    const page = await open()
    const follow = page.getByRole('button', { name: 'Follow' })
    const isFollowing = () => follow.getAttribute('aria-pressed')
    expect(await isFollowing()).toBe('true')
    await page.locator('.rows').press('Home')
    await expect.poll(isFollowing).toBe('false')
    const top = () => page.evaluate("document.querySelector('.rows').scrollTop")
    await page.getByRole('button', { name: 'Send message' }).click()
    await page.getByText('✔ Send message:').waitFor()
    expect(await top()).toBe(0)
    await follow.press('Space')
    await expect.poll(top).toBeGreaterThan(1000)
    expect(await isFollowing()).toBe('true')
    await page.setViewportSize({ width: 900, height: 500 })
    await page.setViewportSize({ width: 360, height: 780 })
    await page.waitForTimeout(200)
    expect(await isFollowing(), 'a turned phone is no wish to stand still').toBe('true')
    await page.close()
  })

  test('by keys alone: a step, a message, its octets, its exchange, and back', async () => {
    const page = await open({ colorScheme: 'dark' })
    await tabTo(page, '.buttons button')
    await page.keyboard.press('Enter')
    await page.getByText('✔ Bootstrap:').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('✔ Connect:').waitFor()
    await tabTo(page, 'input')
    await page.keyboard.type('ConnectRequest')
    await page.getByText(/^\d+ of \d+ messages shown$/).waitFor({ state: 'attached' })
    await tabTo(page, '.rows')
    await page.keyboard.press('End')
    const active = () =>
      page.evaluate<string>(`(() => {
        const id = document.activeElement.getAttribute('aria-activedescendant')
        return id === null ? '' : document.getElementById(id).textContent
      })()`)
    expect(await active()).toContain('ConnectRequest')
    // One more row is one more change of the page: the active row follows the keys.
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('details-title')
    const details = page.getByRole('region', { name: 'ConnectRequest' })
    await details.getByRole('rowheader', { name: 'Role' }).waitFor()
    await details.getByText(/0000 {2}3c 3f 78 6d 6c|0000 {2}3c 43 6f 6e/).waitFor()
    await page.keyboard.press('Escape')
    expect(await page.evaluate('document.activeElement.className')).toBe('rows')
    const ring = await page.evaluate<string>(
      'getComputedStyle(document.querySelector(".focus-ring")).outlineStyle',
    )
    expect(ring, 'the focus is seen').toBe('solid')
    await details.getByRole('button', { name: 'Show this exchange only' }).press('Space')
    await page.getByLabel('Find in messages').fill('')
    // The handshake, and the new EUKey that it made the server ask for on Zn.
    await page.getByText(/^6 of \d+$/).waitFor()
    await expect
      .poll(() => page.locator('.lanes span').allTextContents())
      .toEqual(['UTC', ' PN GW', ' CPNS Server', ' BSF'])
    await watcher.shoot(page, 'lab-dark-1366-exchange')
    await page.close()
  })

  test.each(['light', 'dark'] as const)(
    '%s: nothing sticks out, and axe-core finds no barrier',
    async (colorScheme) => {
      const page = await open({ colorScheme })
      expect(await barriersOf(page)).toEqual([])
      await page.getByText('ConnectRequest', { exact: true }).last().click()
      await page.getByText(/0000 {2}3c/).waitFor()
      for (const width of [1920, 1366, 768, 360]) {
        await page.setViewportSize({ width, height: width < 1000 ? 900 : 1000 })
        await page.waitForTimeout(100)
        const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')
        expect(widths).toEqual([width, width])
        expect(await cutOffIn(page), `${width} wide`).toEqual([])
        await watcher.shoot(page, `lab-${colorScheme}-${width}`, width === 360)
      }
      expect(await barriersOf(page)).toEqual([])
      await page.close()
    },
  )

  test('what is said aloud is little, however much streams in', async () => {
    const page = await open()
    await page.evaluate(`window.said = []; new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement
        const live = element?.closest('[role=status],[role=alert],[aria-live],output')
        if (live) window.said.push(live.textContent)
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`)
    await page.getByRole('button', { name: 'Send message' }).click()
    await page.getByText('✔ Send message:').waitFor()
    await page.waitForTimeout(300)
    const said = await page.evaluate<string[]>('[...new Set(window.said)]')
    expect(said.length, said.join('\n')).toBeLessThanOrEqual(3)
    expect(said.at(-1)).toContain('✔ Send message:')
    await page.close()
  })

  test('a page of another name, or of another origin, gets nothing', async () => {
    const { origin, port } = new URL(url)
    const answers = await Promise.all([
      fetch(`${origin}/console/api/actions/attacks`, { method: 'POST' }),
      fetch(`${origin}/console/api/actions/attacks`, {
        method: 'POST',
        headers: { 'x-cpns-console': '1', origin: `http://localhost:${Number(port) + 1}` },
      }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([403, 403])
  })

  test('no error, no refusal of the Content-Security-Policy, no request to anybody else', () => {
    expect(watcher.troubles).toEqual([])
  })
})
