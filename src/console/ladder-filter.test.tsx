import { expect, test } from 'vitest'
import { filledPage, htmlOf } from './components.fixture.ts'
import { Counts, LadderFilter } from './ladder-filter.tsx'

test('choices of points and of the entities that are there, and how many are shown', () => {
  const page = filledPage()
  const html = htmlOf(<LadderFilter page={page} />)
  for (const choice of ['APDU', 'note', 'PN GW', 'CPNS Server']) {
    expect(html).toContain(`>${choice}</option>`)
  }
  expect(htmlOf(<Counts page={page} />)).toContain('>3 of 3<')
  expect(html, 'what changes with every message is not said aloud').not.toContain('<output')
  expect(html.match(/role="status"/g)).toHaveLength(1)
  page.setFilter({ point: 'note' })
  expect(htmlOf(<Counts page={page} />)).toContain('>1 of 3<')
})

test('a chosen exchange can be left again', () => {
  const page = filledPage()
  expect(htmlOf(<LadderFilter page={page} />)).not.toContain('One exchange')
  page.setFilter({ exchange: 1 })
  expect(htmlOf(<LadderFilter page={page} />)).toContain('One exchange')
})

test('what waits, and what made no sense, is counted', () => {
  const page = filledPage()
  page.heldBack.value = 7
  page.malformed.value = 2
  expect(htmlOf(<Counts page={page} />)).toContain('3 of 3, 7 waiting, 2 malformed')
})
