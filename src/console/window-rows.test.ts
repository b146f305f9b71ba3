import { describe, expect, test } from 'vitest'
import { isAtEnd, placeOf, rowsInWindow } from './window-rows.ts'

const list = { rowCount: 10_000, rowHeight: 30, scrollTop: 0, viewHeight: 600 }

describe('rows that are drawn', () => {
  test('at the beginning, in the middle, at the end', () => {
    expect(rowsInWindow(list)).toEqual({ from: 0, to: 28 })
    expect(rowsInWindow({ ...list, scrollTop: 30_000 })).toEqual({ from: 992, to: 1028 })
    expect(rowsInWindow({ ...list, scrollTop: 299_400 })).toEqual({ from: 9972, to: 10_000 })
  })

  test('of few or no rows, and of a list that has become shorter', () => {
    expect(rowsInWindow({ ...list, rowCount: 3 })).toEqual({ from: 0, to: 3 })
    expect(rowsInWindow({ ...list, rowCount: 0 })).toEqual({ from: 0, to: 0 })
    const { from, to } = rowsInWindow({ ...list, rowCount: 5, scrollTop: 30_000 })
    expect(from).toBeLessThanOrEqual(to)
  })
})

test('at the end is within one row of it', () => {
  expect(isAtEnd({ ...list, scrollTop: 299_400 })).toBe(true)
  expect(isAtEnd({ ...list, scrollTop: 299_370 })).toBe(true)
  expect(isAtEnd({ ...list, scrollTop: 299_369 })).toBe(false)
  expect(isAtEnd({ ...list, rowCount: 2 })).toBe(true)
})

test('a row is found by its number, though numbers between are missing', () => {
  const rows = [2, 3, 7, 40].map((seq) => ({ seq }))
  expect([2, 3, 7, 40].map((seq) => placeOf(rows, seq))).toEqual([0, 1, 2, 3])
  expect([1, 5, 41, undefined].map((seq) => placeOf(rows, seq))).toEqual([-1, -1, -1, -1])
  expect(placeOf([], 1)).toBe(-1)
})
