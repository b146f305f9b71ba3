import { expect, test } from 'vitest'
import { filledPage, htmlOf } from './components.fixture.ts'
import { StoryButtons } from './story-buttons.tsx'

test('a button each, and what came of the last one', () => {
  const page = filledPage()
  expect(htmlOf(<StoryButtons page={page} />)).toContain('title="Bootstraps."')
  page.report.value = { kind: 'running', name: 'bootstrap', label: 'Bootstrap' }
  expect(htmlOf(<StoryButtons page={page} />)).toMatch(/aria-disabled="?true"?.*Bootstrap …/s)
  for (const [isDone, sign] of [
    [true, '✔'],
    [false, '✘'],
  ] as const) {
    page.report.value = { kind: 'ended', label: 'Bootstrap', result: { isDone, sentence: 'Seen.' } }
    expect(htmlOf(<StoryButtons page={page} />)).toContain(`${sign} Bootstrap: Seen.`)
  }
})

test('no actions, no buttons', () => {
  const page = filledPage()
  page.hello.value = { title: 'cpns server', version: '1', run: 'r1', hasLogin: true, actions: [] }
  expect(htmlOf(<StoryButtons page={page} />)).toBe('')
})
