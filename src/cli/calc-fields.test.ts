import { describe, expect, test } from 'vitest'
import { toHex } from '../octets/octets.ts'
import { CALCULATORS } from './calc.ts'
import { choiceField, FIELD_HELP, hexField, keyField, textField } from './calc-fields.ts'

const messageOf = (result: { error?: { issues: { message: string }[] } | undefined }) =>
  result.error?.issues[0]?.message

describe('hex', () => {
  test('in either case', () => {
    expect(toHex(hexField(2).parse('aAfF'))).toBe('aaff')
    expect(hexField().parse('')).toHaveLength(0)
    expect(toHex(keyField(1, 2).parse('0102').reveal())).toBe('0102')
  })

  test.each(['a', '0x00', 'zz', ' 00', 'ééé', 0, null, ['00']])('%j is none', (value) => {
    expect(messageOf(hexField().safeParse(value))).toBe('hex expected')
  })

  test('of the right length', () => {
    expect(messageOf(hexField(16).safeParse('00'))).toBe('hex of 16 octets expected')
    expect(messageOf(keyField(16, 32).safeParse('00'))).toBe('hex of 16 or 32 octets expected')
    expect(messageOf(hexField(4, 5, 6, 7).safeParse('00'))).toBe('hex of 4 to 7 octets expected')
  })
})

describe('text', () => {
  test('counts in octets of UTF-8', () => {
    expect(textField(4).parse('éé')).toBe('éé')
    expect(messageOf(textField(3).safeParse('éé'))).toBe('at most 3 octets expected')
  })

  test('without half pairs, which have no UTF-8 form', () => {
    expect(textField().parse('\u{1f511}')).toBe('\u{1f511}')
    expect(messageOf(textField().safeParse('a\ud83d'))).toBe('well-formed text expected')
    expect(messageOf(textField().safeParse(1))).toBe('text expected')
  })
})

test('choices', () => {
  expect(choiceField(64, 128).parse(128)).toBe(128)
  for (const bad of [65, '64', null])
    expect(messageOf(choiceField(64, 128).safeParse(bad))).toBe('64 or 128 expected')
})

test('every field of every calculator is in the help, and no other', () => {
  const used = CALCULATORS.flatMap(({ fieldNames }) => fieldNames)
  expect(Object.keys(FIELD_HELP).sort()).toEqual([...new Set(used)].sort())
})
