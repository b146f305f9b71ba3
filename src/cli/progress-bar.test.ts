import { expect, test } from 'vitest'
import {
  createProgressBar,
  formatProgress,
  type ProgressBar,
  withProgressBar,
} from './progress-bar.ts'

const CLEAR = '\r\u001b[K'

function createTerminal(isTTY: boolean, columns?: number) {
  const written: string[] = []
  return {
    written,
    terminal: { isTTY, ...(columns && { columns }), write: (text: string) => written.push(text) },
  }
}

test.each([
  [
    { done: 0, total: 1000, unit: 'subscribers' },
    0,
    `[${'-'.repeat(30)}]   0 %  0 of 1,000 subscribers`,
  ],
  [
    { done: 500, total: 1000, unit: 'subscribers' },
    1999,
    `[${'#'.repeat(15)}${'-'.repeat(15)}]  50 %  500 of 1,000 subscribers`,
  ],
  [
    { done: 250, total: 1000, unit: 'x' },
    10_000,
    `[${'#'.repeat(8)}${'-'.repeat(22)}]  25 %  250 of 1,000 x, 30 s left`,
  ],
  [
    { done: 1, total: 1000, unit: 'x' },
    10_000,
    `[${'-'.repeat(30)}]   0 %  1 of 1,000 x, 167 min left`,
  ],
  [{ done: 7, total: 7, unit: 'x' }, 9000, `[${'#'.repeat(30)}] 100 %  7 of 7 x`],
  [{ done: 0, total: 0, unit: 'x' }, 0, `[${'#'.repeat(30)}] 100 %  0 of 0 x`],
  [{ done: 12_000, unit: 'lines checked' }, 5000, '12,000 lines checked'],
])('%j after %d ms', (work, elapsedMs, expected) => {
  expect(formatProgress(work, elapsedMs, 80)).toBe(expected)
})

test.each([80, 60, 45, 20, 5])('%d columns: it never wraps', (columns) => {
  for (const total of [undefined, 1_000_000]) {
    const line = formatProgress(
      { done: 999_999, total, unit: 'subscribers added' },
      60_000,
      columns,
    )
    expect(line.length).toBeLessThan(columns)
    expect(line).not.toBe('')
  }
})

test('is drawn over itself, not too often, at the end always, and then is gone', () => {
  const { terminal, written } = createTerminal(true, 60)
  let nowMs = 0
  const bar = createProgressBar(terminal, { monotonicMs: () => nowMs })
  bar.clear()
  expect(written, 'nothing is there to be taken away').toEqual([])
  bar.tell({ done: 1, total: 4, unit: 'files' })
  nowMs = 50
  bar.tell({ done: 2, total: 4, unit: 'files' })
  nowMs = 120
  bar.tell({ done: 3, total: 4, unit: 'files' })
  nowMs = 121
  bar.tell({ done: 4, total: 4, unit: 'files' })
  expect(written.map((text) => /\d of \d files$/.exec(text)?.[0])).toEqual([
    '1 of 4 files',
    '3 of 4 files',
    '4 of 4 files',
  ])
  expect(written.every((text) => text.startsWith(CLEAR))).toBe(true)
  bar.clear()
  bar.clear()
  expect(written.slice(3)).toEqual([CLEAR])
  bar.tell({ done: 4, total: 4, unit: 'files' })
  expect(written).toHaveLength(5)
})

test('what begins is drawn at once: other work may be the last that is told for a while', () => {
  const { terminal, written } = createTerminal(true, 80)
  const bar = createProgressBar(terminal, { monotonicMs: () => 7 })
  bar.tell({ done: 0, total: 2, unit: 'steps; now: a' })
  bar.tell({ done: 1, total: 2, unit: 'steps; now: b' })
  expect(written.map((text) => text.slice(-1))).toEqual(['a', 'b'])
})

test.each([
  ['a pipe', false, {}],
  ['--json', true, { json: true }],
])('%s: nothing is drawn', async (_, isTTY, flags) => {
  const { terminal, written } = createTerminal(isTTY)
  const count = async (bar: ProgressBar) => {
    bar.tell({ done: 1, total: 2, unit: 'x' })
    return 5
  }
  expect(await withProgressBar(flags, count, terminal)).toBe(5)
  expect(written).toEqual([])
})

test('it is gone when the work fails', async () => {
  const { terminal, written } = createTerminal(true)
  const failing = withProgressBar(
    {},
    async (bar) => {
      bar.tell({ done: 1, total: 2, unit: 'x' })
      throw new Error('the disk is full')
    },
    terminal,
  )
  await expect(failing).rejects.toThrow('the disk is full')
  expect(written.at(-1)).toBe(CLEAR)
})
