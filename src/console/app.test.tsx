import { expect, test } from 'vitest'
import { App } from './app.tsx'
import { filledPage, htmlOf } from './components.fixture.ts'

test('every part has a heading of its own, and the line to the server says how it is', () => {
  const html = htmlOf(<App page={filledPage()} onLogin={() => {}} />)
  for (const id of ['wires-title', 'details-title', 'known-title', 'rates-title']) {
    expect(html).toContain(`id="${id}"`)
    expect(html).toContain(`aria-labelledby="${id}"`)
  }
  expect(html).toMatch(/role="status"[^>]*>live</)
  expect(html).toContain('Log out')
})

test('without a login there is nothing to log out of', () => {
  const page = filledPage()
  page.hello.value = { title: 'cpns lab', version: '1', run: 'r1', hasLogin: false, actions: [] }
  expect(htmlOf(<App page={page} onLogin={() => {}} />)).not.toContain('Log out')
})

test('who has to log in sees nothing else', () => {
  const page = filledPage()
  page.connection.value = 'login-needed'
  const html = htmlOf(<App page={page} onLogin={() => {}} />)
  expect(html).toContain('type="password"')
  expect(html).not.toContain('I1U8@bsf')
})
