import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseUserId } from './user-id.ts'

test.each(['alice', 'Alice', 'Zo\u00eb', 'a b', '\u{1f511}'.repeat(128), 'a'.repeat(128)])(
  '%j is a UserID, unchanged',
  (text) => {
    expect(parseUserId(text)).toBe(text)
  },
)

test.each([
  ['', 'not 1 to 128 characters'],
  ['a'.repeat(129), 'not 1 to 128 characters'],
  ['\u{1f511}'.repeat(129), 'not 1 to 128 characters'],
  ['a\tb', 'holds a control character'],
  ['a\u0085b', 'holds a control character'],
  ['a\ud800', 'holds a control character'],
  ['Zoe\u0308', 'not in normal form C'],
])('%j is none', (text, reason) => {
  expect(() => parseUserId(text)).toThrow(new InvalidMessage(reason, 'UserID'))
})
