import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allPages, allSources, codesIn, ROOT, readPage, unwrapped } from './pages.fixture.ts'

const FOLDER = 'docs/explanation/decisions/'
const decisions = allPages().filter(({ path }) => path.startsWith(FOLDER))
const MAX_LINES = 30

describe('docs/explanation/decisions', () => {
  test('are numbered without a gap', () => {
    const numbers = decisions.map(({ path }) => Number(path.slice(FOLDER.length).slice(0, 4)))
    expect(numbers).toEqual(decisions.map((_, index) => index + 1))
  })

  test.each(decisions)(
    '$path: number, context, decision, consequence, and short',
    ({ path, text }) => {
      const number = path.slice(FOLDER.length).slice(0, 4)
      expect(text).toMatch(new RegExp(`^# ${number}\\. .+\\n`))
      const headings = [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1])
      expect(headings).toEqual(['Context', 'Decision', 'Consequence'])
      expect(text.split('\n').length).toBeLessThanOrEqual(MAX_LINES)
    },
  )

  test('stand in the index under their own titles', () => {
    const index = unwrapped(readPage('README.md'))
    const missing = decisions.filter(
      ({ path, text }) =>
        !index.includes(`[${text.split('\n')[0]?.slice(2)}](${path.slice('docs/'.length)})`),
    )
    expect(missing.map(({ path }) => path)).toEqual([])
  })

  test('sources that name a decision name one that is there', () => {
    const named = allSources().flatMap(({ text }) => text.match(/decisions\/[\w-]+\.md/g) ?? [])
    expect(named.filter((file) => !existsSync(join(ROOT, 'docs/explanation', file)))).toEqual([])
  })
})

describe('files of the project that pages name', () => {
  test('are there', () => {
    const missing = allPages().flatMap(({ path, text }) =>
      codesIn(text)
        .filter((code) => /^(src|test|docs|scripts)\/[\w./-]+$/.test(code))
        .filter((file) => !existsSync(join(ROOT, file)))
        .map((file) => `${file} in ${path}`),
    )
    expect(missing).toEqual([])
  })
})
