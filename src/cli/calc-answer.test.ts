import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  answerFields,
  CalcError,
  type Calculator,
  errorAnswer,
  parseFields,
} from './calc-answer.ts'

const schema = z.strictObject({ a: z.string('text expected'), b: z.exactOptional(z.number()) })
const echo: Calculator = {
  name: 'echo',
  description: 'gives back a',
  fieldNames: ['a', 'b'],
  calculate: (fields) => ({ a: parseFields(schema, fields).a }),
}

describe('an answer', () => {
  test('is the output, after the id', () => {
    expect(answerFields(echo, { a: 'x' })).toEqual({ a: 'x' })
    expect(JSON.stringify(answerFields(echo, { a: 'x', id: 7 }))).toBe('{"id":7,"a":"x"}')
    expect(answerFields(echo, { a: 'x', id: '' })).toEqual({ id: '', a: 'x' })
    expect(answerFields(echo, { a: 'x', id: null })).toEqual({ id: null, a: 'x' })
  })

  test.each([[[]], ['text'], [1], [null], [true]])('to %j is an error', (fields) => {
    expect(answerFields(echo, fields)).toEqual(
      errorAnswer('malformed-line', 'one JSON object expected'),
    )
  })

  test.each([
    [{ id: 1 }, 'missing-field', 'a: missing'],
    [{ id: 1, a: 2 }, 'malformed-field', 'a: text expected'],
    [{ id: 1, a: null }, 'malformed-field', 'a: text expected'],
    [{ id: 1, a: 'x', c: 'y' }, 'unknown-field', 'c: unknown field'],
    [{ id: 1, a: 'x', toString: 'y' }, 'unknown-field', 'toString: unknown field'],
  ])('to %j names the field and keeps the id', (fields, code, message) => {
    expect(answerFields(echo, fields)).toEqual({ id: 1, error: { code, message } })
  })

  test('never shows an unknown name that could be a value', () => {
    const misplaced = '465b5ce8b199b49faa5f0a2ee238a6bc'
    for (const name of [misplaced, 'a'.repeat(25), 'a b', ''])
      expect(answerFields(echo, { a: 'x', [name]: 1 })).toEqual(
        errorAnswer('unknown-field', 'unknown field'),
      )
  })

  test('reads own fields only', () => {
    const line = '{"__proto__":{"a":"x"}}'
    expect(answerFields(echo, JSON.parse(line)).error?.code).toBe('missing-field')
    expect(answerFields(echo, JSON.parse('{"a":"x","__proto__":1}')).error).toEqual({
      code: 'unknown-field',
      message: 'unknown field',
    })
  })

  test('an id that is no text or number is malformed', () => {
    for (const id of [{}, [1]])
      expect(answerFields(echo, { a: 'x', id })).toEqual(
        errorAnswer('malformed-field', 'id: text or number expected'),
      )
  })

  test('a failure inside says nothing of its inside', () => {
    const failing: Calculator = {
      ...echo,
      calculate: () => {
        throw new RangeError('465b5ce8b199b49faa5f0a2ee238a6bc')
      },
    }
    expect(answerFields(failing, { id: 3 })).toEqual({
      id: 3,
      ...errorAnswer('internal-error', 'this calculation failed'),
    })
  })
})

test('CalcError carries its code', () => {
  expect(new CalcError('missing-field', 'k: missing')).toMatchObject({
    name: 'CalcError',
    code: 'missing-field',
    message: 'k: missing',
  })
})
