import { expect, test } from 'vitest'
import { harmless, harmlessLine } from './harmless-text.ts'

const TURNED = '\u202eabc\u2028\u200b'
const SHOWN = '\\u{202e}abc\\u{2028}\\u{200b}'

test('what moves a cursor, ends a line, or turns text around, is shown as its number', () => {
  expect(harmless(`a\u001b[2J\r\n\u009b${TURNED} é 😀`)).toBe(
    `a\\u{1b}[2J\\u{d}\\u{a}\\u{9b}${SHOWN} é 😀`,
  )
})

test('our own colours stay in a line with names of others', () => {
  expect(harmlessLine(`\u001b[31m${TURNED}\u001b[0m`)).toBe(`\u001b[31m${SHOWN}\u001b[0m`)
})
