import { expect, test } from 'vitest'
import { filledPage, htmlOf } from './components.fixture.ts'
import { HealthBar } from './health-bar.tsx'

test('a word says what the colour says', () => {
  const html = htmlOf(<HealthBar page={filledPage()} />)
  expect(html).toContain('class="well" title="127.0.0.1:3868">HSS Zh <b>ok</b>')
  expect(html).toContain('class="ill" title="gone">BSF Ub <b>gone</b>')
})
