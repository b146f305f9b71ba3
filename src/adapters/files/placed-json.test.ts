import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPlacedJson } from './placed-json.ts'

function read(text: string) {
  const result = readPlacedJson(text)
  if ('reason' in result) throw new Error(JSON.stringify(result))
  return result
}

test('every JSON value is read as the platform reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 2), (text, indent) => {
      const value: unknown = JSON.parse(text)
      expect(read(JSON.stringify(value, null, indent)).value).toEqual(value)
    }),
  )
})

test('whatever is no JSON for the platform is a fault, never an exception', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:1 a\\tue\n'.split('')) }), (text) => {
      const isJson = (() => {
        try {
          JSON.parse(text)
          return true
        } catch {
          return false
        }
      })()
      const result = readPlacedJson(text)
      if (!isJson) expect(result).toHaveProperty('reason')
      else if ('reason' in result) expect(result.reason).toContain('twice')
    }),
    { numRuns: 2000 },
  )
})

test('members are where their names are, what is not there where it would be', () => {
  const { placeOf } = read('{\n  "a": 1,\n  "b": { "c": [10,\n 20] }\n}')
  expect(placeOf([])).toEqual({ line: 1, column: 1 })
  expect(placeOf(['b'])).toEqual({ line: 3, column: 3 })
  expect(placeOf(['b', 'c'])).toEqual({ line: 3, column: 10 })
  expect(placeOf(['b', 'c', 1])).toEqual({ line: 4, column: 2 })
  expect(placeOf(['b', 'd'])).toEqual({ line: 3, column: 3 })
})

describe('faults', () => {
  test.each([
    ['{\n  "a": 1,\n  oops\n}', 3, 3, 'not JSON'],
    ['{\n  "a": 1', 2, 9, '"}" is missing'],
    ['{ "a": 1,\n}', 2, 1, 'a name is missing'],
    ['{ "a": }', 1, 8, 'a value is missing'],
    ['{ "a": 1 } x', 1, 12, 'there is more'],
    ['{ "a": 1,\n "a": 2 }', 2, 2, 'a: it is there twice'],
    ['', 1, 1, 'ends too early'],
    ['['.repeat(40), 1, 34, '32 levels'],
  ])('%j', (text, line, column, reason) => {
    expect(readPlacedJson(text)).toEqual({
      place: { line, column },
      reason: expect.stringContaining(reason) as string,
    })
  })
})
