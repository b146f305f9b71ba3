import { expect, test } from 'vitest'
import { filledPage, htmlOf } from './components.fixture.ts'
import { messageEvent, noteEvent } from './console.fixture.ts'
import { MessageDetails, OctetsView } from './message-details.tsx'

test('nothing chosen', () => {
  expect(htmlOf(<MessageDetails page={filledPage()} />)).toContain('Choose a message')
})

test('a message: its ends, fields and exchange', () => {
  const page = filledPage()
  page.selected.value = messageEvent(1)
  const html = htmlOf(<MessageDetails page={page} />)
  expect(html).toMatch(/<h2 id="details-title"[^>]*>ConnectRequest<\/h2>/)
  expect(html).toContain('Back to messages')
  expect(html).toContain('PN GW → CPNS Server')
  expect(html).toContain('<th scope="row">Role</th><td>pn-gw</td>')
  expect(html).toContain('<th scope="row">TransactionID</th><td>t1</td>')
  expect(html).toContain('Show this exchange only')
})

test('a note', () => {
  const page = filledPage()
  page.selected.value = noteEvent(2)
  expect(htmlOf(<MessageDetails page={page} />)).toContain('PN GW holds what comes')
})

test('octets, and what reads them', () => {
  const html = htmlOf(<OctetsView octets={{ protocol: 'http', hex: '474554' }} />)
  expect(html).toMatch(/3, http/)
  expect(html).toContain('0000  47 45 54')
})

test('of very many octets the first ones', () => {
  const html = htmlOf(<OctetsView octets={{ protocol: 'cpns', hex: '00'.repeat(70_000) }} />)
  expect(html).toContain('70000, cpns')
  expect(html).toContain('the first 16384 of them')
  expect(html.length).toBeLessThan(120_000)
})
