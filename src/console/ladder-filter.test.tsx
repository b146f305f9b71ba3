import { expect, test } from 'vitest'
import { filledPage, htmlOf } from './components.fixture.ts'
import { LadderFilter } from './ladder-filter.tsx'

test('choices of points and of the entities that are there, and how many are shown', () => {
  const page = filledPage()
  const html = htmlOf(<LadderFilter page={page} />)
  for (const choice of ['APDU', 'note', 'PN GW', 'CPNS Server']) {
    expect(html).toContain(`>${choice}</option>`)
  }
  expect(html).toMatch(/3 of 3/)
  page.setFilter({ point: 'note' })
  expect(htmlOf(<LadderFilter page={page} />)).toMatch(/1 of 3/)
})

test('a chosen exchange can be left again', () => {
  const page = filledPage()
  expect(htmlOf(<LadderFilter page={page} />)).not.toContain('One exchange')
  page.setFilter({ transactionId: 't1' })
  expect(htmlOf(<LadderFilter page={page} />)).toContain('One exchange')
})
