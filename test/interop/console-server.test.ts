/** The console of a CPNS Server in real Chromium: behind a password, and no other site's to use. Design 11 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningCpns, runCpns, startCpns } from '../support/run-cpns.ts'
import { browserProgram } from './chromium.fixture.ts'
import { barriersOf, cutOffIn, openWatcher, type Watcher } from './console.fixture.ts'

const GATEWAY = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a50'
const USER_PASSWORD = 'correct horse battery staple'

describe.skipIf(browserProgram === undefined)('the console of a server', () => {
  let folder: string
  let server: RunningCpns
  let gateway: RunningCpns | undefined
  let watcher: Watcher
  let printed = ''
  let url: string
  let origin: string

  const path = (name: string): string => join(folder, name)
  const password = (): string => readFileSync(path('server/admin.token'), 'utf8').trim()

  async function startServer(admin: string): Promise<void> {
    server = startCpns([
      ...['server', 'serve', '--data', path('server'), '--entity', 'urn:x:server'],
      ...['--naf-fqdn', 'cpns.example.org', '--listen', '127.0.0.1:0', '--first-use', 'bind'],
      ...['--admin', admin, '--bsf', 'bsf.example.org=127.0.0.1:1'],
    ])
    printed = ''
    server.child.stdout?.on('data', (text: string) => {
      printed += text
    })
    await server.untilPrinted('server is ready.')
    url = /http:\S+\/console\//.exec(printed)?.[0] ?? ''
    origin = new URL(url).origin
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cpns-server-console-'))
    const user = ['--data', path('server'), '--password-file', '-']
    const [added] = await Promise.all([
      runCpns(['user', 'add', 'alice', ...user], USER_PASSWORD),
      openWatcher().then((opened) => {
        watcher = opened
      }),
    ])
    expect(added.stderr).toBe('')
    await startServer('127.0.0.1:0')
    const cpns2 = /^CPNS-2 +(\S+)$/m.exec(printed)?.[1] ?? ''
    const pin = readFileSync(path('server/server.pin'), 'utf8').trim()
    const to = ['--data', path('gw'), '--entity', GATEWAY, '--server-url', cpns2, '--pin', pin]
    const login = [...to, '--user', 'alice', '--password-file', '-']
    expect((await runCpns(['gateway', 'login', ...login], USER_PASSWORD)).stderr).toBe('')
    gateway = startCpns([
      'gateway',
      'serve',
      ...to,
      '--auth',
      'password',
      '--listen',
      '127.0.0.1:0',
    ])
    await gateway.untilPrinted('authenticated; session with fingerprint')
  }, 120_000)
  afterAll(async () => {
    await watcher?.close()
    await Promise.all([gateway?.end('SIGKILL'), server?.end('SIGTERM')])
    rmSync(folder, { recursive: true, force: true })
  })

  async function logIn(page: Page, typed = password()): Promise<void> {
    await page.goto(url)
    await page.getByLabel('Password of the administrator').fill(typed)
    await page.getByRole('button', { name: 'Log in' }).click()
  }
  async function openLoggedIn(look: Parameters<Watcher['open']>[1] = {}): Promise<Page> {
    const page = await watcher.open(origin, look)
    await logIn(page)
    await page.getByText('live', { exact: true }).waitFor()
    // The line is there before what first comes over it.
    await page.getByRole('table', { name: /^Entities/ }).waitFor()
    return page
  }
  /** Refusals are what was wanted; the browser reports them all the same. */
  const forgetRefusals = (status: number): void => {
    const others = watcher.troubles.filter((text) => !text.includes(`status of ${status}`))
    watcher.troubles.splice(0, watcher.troubles.length, ...others)
  }

  test('the password is made at the first start, for the owner of the folder alone', () => {
    expect(password()).toMatch(/^cpnsadmin_[A-Za-z0-9_-]{43}$/)
    expect(statSync(path('server/admin.token')).mode & 0o777).toBe(0o600)
    expect(printed, 'where it is is printed, and not what it is').toContain('admin.token')
    expect(printed).not.toContain(password())
  })

  test('a wrong password is told so, and shows nothing', async () => {
    const page = await watcher.open(origin)
    await logIn(page, 'cpnsadmin_wrong')
    await page.getByRole('alert').getByText('That is not the password.').waitFor()
    expect(await page.evaluate('document.activeElement.id')).toBe('password')
    expect(await page.getByRole('table').count()).toBe(0)
    expect(await barriersOf(page)).toEqual([])
    await watcher.shoot(page, 'server-login')
    await page.close()
    forgetRefusals(401)
  })

  test('the right one shows who is known; no lab, no buttons; a BSF that is away is told', async () => {
    const page = await openLoggedIn()
    const cellOf = (table: RegExp, name: string) =>
      page.getByRole('table', { name: table }).getByRole('cell', { name, exact: true }).first()
    await cellOf(/^Entities/, GATEWAY).waitFor()
    await cellOf(/^Entities/, 'online').waitFor()
    await cellOf(/^Sessions/, GATEWAY).waitFor()
    await cellOf(/^Personal networks/, 'PN GW').waitFor()
    await cellOf(/^EUKeys/, 'assigned')
      .or(cellOf(/^EUKeys/, 'password'))
      .first()
      .waitFor()
    await cellOf(/^Users/, 'alice').waitFor()
    const left = page
      .getByRole('table', { name: /^Sessions/ })
      .getByRole('cell')
      .nth(1)
    expect(await left.textContent()).toMatch(/5\d min \d\d s/)
    await page.getByText('Zn bsf.example.org: no connection to 127.0.0.1:1').waitFor()
    expect(await page.locator('.buttons').count()).toBe(0)
    await page.locator('.row').filter({ hasText: 'ConnectResponse' }).first().click()
    await page.getByText(/^0000 {2}3c/).waitFor()
    const shown = await page.locator('body').textContent()
    expect(shown).not.toContain(password())
    for (const width of [360, 768, 1366, 1920]) {
      await page.setViewportSize({ width, height: 900 })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(await cutOffIn(page), `${width} wide`).toEqual([])
        await watcher.shoot(page, `server-${colorScheme}-${width}`, width === 360)
      }
      expect(await barriersOf(page)).toEqual([])
    }
    await page.close()
    forgetRefusals(401)
  })

  test('on a phone a row is a card with every name whole, and a table all the same to who hears it', async () => {
    const page = await openLoggedIn({ viewport: { width: 360, height: 780 } })
    const row = page.getByRole('table', { name: /^Entities/ }).getByRole('row', { name: GATEWAY })
    const cells = row.getByRole('cell')
    const [name, role] = await Promise.all([cells.nth(0).boundingBox(), cells.nth(1).boundingBox()])
    expect(role?.y, 'cells are below each other').toBeGreaterThan((name?.y ?? 0) + 10)
    expect(await cells.nth(0).textContent()).toBe(GATEWAY)
    const label = await page.evaluate(
      "getComputedStyle(document.querySelector('.known td + td'), '::before').content",
    )
    expect(label, 'and say what they are').toBe('"Role"')
    await page.getByRole('columnheader', { name: 'Owner' }).waitFor({ state: 'attached' })
    await page.close()
    forgetRefusals(401)
  })

  test('the ladder has one column of the server, with the PN GW before it', async () => {
    const page = await openLoggedIn()
    await page.locator('.row').first().waitFor()
    const heads = await page.locator('.lanes span').allTextContents()
    expect(heads.slice(1, 3)).toEqual(['PN GW 3f1c1f…1e0a50', ' CPNS Server'])
    expect(heads.join(), 'it is not there twice').not.toContain('urn:x:server')
    await page.close()
    forgetRefusals(401)
  })

  test('who has logged out sees nothing, and neither does the next one at this screen', async () => {
    const page = await openLoggedIn()
    await page.getByText(GATEWAY).first().waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('Password of the administrator').waitFor()
    expect(await page.locator('body').textContent()).not.toContain(GATEWAY)
    await page.goBack()
    await page.goto(url)
    await page.getByLabel('Password of the administrator').waitFor()
    expect(await page.context().cookies()).toEqual([])
    await page.close()
    forgetRefusals(401)
  })

  test('a page of another origin can do nothing in the name of who is logged in', async () => {
    const page = await openLoggedIn()
    const evil: Server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>evil</title>')
    })
    await new Promise<void>((done) => evil.listen(0, '127.0.0.1', done))
    const { port } = evil.address() as AddressInfo
    // Of the same site, so that the cookie goes with its requests: the header and the origin must do it.
    const foreign = await page.context().newPage()
    await foreign.goto(`http://127.0.0.1:${port}/`)
    const attack = (init: string): Promise<unknown> =>
      foreign.evaluate(`fetch('${url}api/logout', { method: 'POST', credentials: 'include', ${init} })
        .then(({ type }) => type, ({ message }) => message)`)
    // It reaches the server, cookie and all, and is refused there: see the session below.
    expect(await attack(`mode: 'no-cors', body: '{}'`)).toBe('Failed to fetch')
    expect(await attack(`headers: { 'x-cpns-console': '1' }`)).toBe('Failed to fetch')
    const [{ name, value } = { name: '', value: '' }] = await page.context().cookies()
    const post = {
      method: 'POST',
      headers: { cookie: `${name}=${value}`, origin: `http://127.0.0.1:${port}` },
    }
    expect((await fetch(`${url}api/logout`, post)).status).toBe(403)
    const read = `fetch('${url}api/octets/1', { credentials: 'include' }).then(() => 'read', () => 'not read')`
    expect(await foreign.evaluate(read)).toBe('not read')
    await foreign.evaluate(`(() => {
      const frame = document.createElement('iframe')
      frame.src = '${url}'
      document.body.append(frame)
      return new Promise((done) => { frame.onload = done })
    })()`)
    const frame = foreign.frames().at(-1)
    expect(await frame?.locator('#console').count(), 'it is in no frame').toBe(0)
    await foreign.close()
    expect(await page.evaluate(`fetch('${url}api/session').then(({ status }) => status)`)).toBe(204)
    evil.close()
    await page.close()
    forgetRefusals(401)
  })

  test('after a restart the page says that the line was lost, and asks for the password again', async () => {
    const page = await openLoggedIn()
    await server.end('SIGTERM')
    await page.getByText('connection lost, trying again …').waitFor()
    await page.getByText('health is not known now').waitFor()
    await page.getByRole('heading', { name: /^Known here as it was at/ }).waitFor()
    await watcher.shoot(page, 'server-lost')
    const former = password()
    await startServer(new URL(url).host)
    expect(password(), 'it is made once').toBe(former)
    await page.getByText('Your session has ended: log in again.').waitFor()
    await page.getByLabel('Password of the administrator').fill(former)
    await page.keyboard.press('Enter')
    await page.getByText('live', { exact: true }).waitFor()
    await page.close()
    watcher.troubles.splice(0)
  }, 120_000)

  test('five wrong passwords, and a minute goes by', async () => {
    const page = await watcher.open(origin)
    await page.goto(url)
    for (let n = 0; n < 5; n++) {
      await page.getByLabel('Password of the administrator').fill(`wrong ${n}`)
      const answered = page.waitForResponse((response) => response.url().endsWith('/login'))
      await page.keyboard.press('Enter')
      expect((await answered).status()).toBe(401)
    }
    await page.getByLabel('Password of the administrator').fill(password())
    await page.keyboard.press('Enter')
    await page.getByText('Too many attempts: wait a minute.').waitFor()
    await page.close()
    forgetRefusals(401)
    forgetRefusals(429)
  })

  test('no error, no refusal of the Content-Security-Policy, no request to anybody else', () => {
    expect(watcher.troubles).toEqual([])
  })
})
