import { expect, test } from 'vitest'
import { filledPage, htmlOf } from './components.fixture.ts'
import { DataTables } from './data-tables.tsx'

test('ids, states, and what counts down', () => {
  const html = htmlOf(<DataTables page={filledPage()} />)
  expect(html).toContain('class="id short" data-label="Id"><span>I1U8@<wbr/>bsf</span></td>')
  expect(html).toContain('<span class="state state-current">current</span>')
  expect(html).toMatch(/>1 min (30|29) s</)
  expect(html).toContain('1970-01-01 00:00:00 UTC')
  expect(html).toContain('<th role="columnheader" scope="col">Ends in</th>')
})

test('an empty table says so', () => {
  const html = htmlOf(<DataTables page={filledPage()} />)
  expect(html).toContain('No user yet.')
  expect(html.match(/<thead/g), 'and has no heads of columns').toHaveLength(1)
})

test('what ends within a minute is marked', () => {
  const page = filledPage()
  expect(htmlOf(<DataTables page={page} />)).not.toContain('class="soon"')
  page.nowMs.value += 60_000
  expect(htmlOf(<DataTables page={page} />)).toMatch(/<span class="soon"[^>]*>(30|29) s</)
})

test('of what was known before the line was lost it is said when', () => {
  const page = filledPage()
  expect(htmlOf(<DataTables page={page} />)).not.toContain('as it was')
  page.connection.value = 'lost'
  expect(htmlOf(<DataTables page={page} />)).toMatch(/as it was at \d{4}-\d\d-\d\d .* UTC/)
})

test('text stays text', () => {
  const page = filledPage()
  const [table] = page.state.value.tables
  const rows = [{ ...table?.rows[0], entity: '<img src=x onerror=alert(1)>' }]
  page.state.value = { ...page.state.value, tables: [{ ...table!, rows }] }
  expect(htmlOf(<DataTables page={page} />)).not.toContain('<img')
})

test('a table that is cut says so, and rows that begin alike are two', () => {
  const page = filledPage()
  const [table] = page.state.value.tables
  const rows = [...(table?.rows ?? []), ...(table?.rows ?? [])]
  page.state.value = { ...page.state.value, tables: [{ ...table!, rows, isCut: true }] }
  const html = htmlOf(<DataTables page={page} />)
  expect(html).toContain('2 first ones; there are more')
  expect(html.match(/I1U8@<wbr\/>bsf<\/span>/g)).toHaveLength(2)
})
