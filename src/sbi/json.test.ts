import { expect, test } from 'vitest'
import { z } from 'zod'
import { utf8 } from '../octets/octets.ts'
import { parseJson, readJson } from './json.ts'

test.each([
  ['{"a":1,"a":2}', 'a property twice'],
  ['{"b":{"a":1,"\\u0061":2}}', 'a property twice'],
  ['{"a":1', 'not JSON'],
  ['', 'not JSON'],
  ['{} x', 'not JSON'],
  [`${'['.repeat(17)}${']'.repeat(17)}`, 'over 16 levels'],
  [`"${'x'.repeat(131_072)}"`, 'over 131072 octets'],
])('refused: %.30s', (text, reason) => {
  expect(() => parseJson(utf8(text))).toThrow(expect.objectContaining({ reason, field: 'JSON' }))
})

test('the same name in two objects, and as a value, is no doubled property', () => {
  const text = '[{"a":"a"},{"a":["a","a"]},{"b":{"a":"{\\"a"},"a":1}]'
  expect(parseJson(utf8(text))).toEqual(JSON.parse(text))
})

test('what is missing or wrong is named, what is not known is passed over', () => {
  const schema = z.object({ a: z.object({ b: z.number() }) })
  expect(readJson(utf8('{"a":{"b":1,"c":2},"d":3}'), schema)).toEqual({ a: { b: 1 } })
  const failing = (text: string) => () => readJson(utf8(text), schema)
  expect(failing('{"a":{}}')).toThrow(expect.objectContaining({ reason: 'missing', field: 'a.b' }))
  const wrong = { reason: 'wrong type or value', field: 'a.b' }
  expect(failing('{"a":{"b":"1"}}')).toThrow(expect.objectContaining(wrong))
})
