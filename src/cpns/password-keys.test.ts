import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { toHex } from '../octets/octets.ts'
import { ASSIGNMENT, ASSIGNMENT_FILE } from './assignment-vectors.fixture.ts'
import {
  DEFAULT_COST,
  derivePasswordKeys,
  isAcceptedCost,
  MAX_PASSWORD_CHARACTERS,
  parsePassword,
} from './password-keys.ts'

describe('parsePassword', () => {
  test('gives the UTF-8 of the NFC form, however the accents were typed', () => {
    const octets = parsePassword(ASSIGNMENT_FILE.passwordTyped).reveal()
    expect(toHex(octets)).toBe(ASSIGNMENT_FILE.passwordOctets)
    const composed = ASSIGNMENT_FILE.passwordTyped.normalize('NFC')
    expect(composed).not.toBe(ASSIGNMENT_FILE.passwordTyped)
    expect(toHex(parsePassword(composed).reveal())).toBe(ASSIGNMENT_FILE.passwordOctets)
  })

  test.each([
    ['empty', ''],
    ['too long', 'x'.repeat(MAX_PASSWORD_CHARACTERS + 1)],
    ['with a line end', 'correct horse\n'],
    ['with half a surrogate pair', 'correct\ud83d'],
  ])('refuses one that is %s, and does not repeat it', (_, text) => {
    expect(() => parsePassword(text)).toThrow(InvalidMessage)
    expect(() => parsePassword(text)).not.toThrow('correct')
  })

  test('takes the longest', () => {
    expect(parsePassword('🔑'.repeat(MAX_PASSWORD_CHARACTERS)).length).toBe(1024)
  })
})

test('derivePasswordKeys gives authKey and wrapBase of the vector', async () => {
  const password = parsePassword(ASSIGNMENT_FILE.passwordTyped)
  const { authKey, wrapBase } = await derivePasswordKeys(password, ASSIGNMENT.kdf)
  expect(toHex(authKey.reveal())).toBe(ASSIGNMENT_FILE.authKey)
  expect(toHex(wrapBase.reveal())).toBe(ASSIGNMENT_FILE.wrapBase)
})

test('a client accepts N 2^14 to 2^17, r 8, p 1 to 5, and no power but of 2', () => {
  const accepted = [14, 15, 16, 17].flatMap((power) =>
    [1, 5].map((p) => ({ n: 2 ** power, r: 8, p })),
  )
  expect(accepted.filter((cost) => !isAcceptedCost(cost))).toEqual([])
  expect(isAcceptedCost(DEFAULT_COST)).toBe(true)
  const refused = [
    { n: 2 ** 13 },
    { n: 2 ** 18 },
    { n: 2 ** 15 + 1 },
    { r: 4 },
    { r: 16 },
    { p: 0 },
    { p: 6 },
  ].map((change) => ({ ...DEFAULT_COST, ...change }))
  expect(refused.filter(isAcceptedCost)).toEqual([])
})
