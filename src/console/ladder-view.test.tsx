import { expect, test } from 'vitest'
import { filledPage, htmlOf } from './components.fixture.ts'
import { messageEvent } from './console.fixture.ts'
import { LadderView } from './ladder-view.tsx'

test('heads for the lanes, and a list that says how long it is', () => {
  const html = htmlOf(<LadderView page={filledPage()} />)
  expect(html).toMatch(/class="lanes".*PN GW.*CPNS Server/s)
  expect(html).toContain('role="listbox"')
})

test('of ten thousand events only those in sight are drawn', () => {
  const page = filledPage()
  page.addEvents(Array.from({ length: 9_000 }, (_, n) => messageEvent(10 + n)))
  const html = htmlOf(<LadderView page={page} />)
  expect(html.match(/role="option"/g)?.length).toBeLessThan(60)
  expect(html).toContain(`height:${9_003 * 30}px`)
})

test('an empty list says so', () => {
  const page = filledPage()
  page.setFilter({ text: 'nowhere' })
  expect(htmlOf(<LadderView page={page} />)).toContain('No message fits the filter.')
  page.forgetEvents()
  expect(htmlOf(<LadderView page={page} />)).toContain('No message yet.')
  page.isPaused.value = true
  expect(htmlOf(<LadderView page={page} />)).toContain('Paused; no message yet.')
})

test('the head of a column says the role that an EntityID does not', () => {
  const page = filledPage()
  page.addEvents([messageEvent(4, { from: 'urn:x:gw', fields: { Role: 'pn-gw' } })])
  const html = htmlOf(<LadderView page={page} />)
  expect(html).toContain('<span title="urn:x:gw"><small>PN GW </small>urn:x:gw</span>')
  expect(html).toContain('<span title="PN GW"><small> </small>PN GW</span>')
})

test('the row that is chosen says how many there are', () => {
  const page = filledPage()
  page.selected.value = messageEvent(1)
  const html = htmlOf(<LadderView page={page} />)
  expect(html.match(/aria-setsize="3"/g)).toHaveLength(1)
  expect(html).toContain('aria-activedescendant="event-1"')
})
