import { expect, test } from 'vitest'
import {
  formatStatusWord,
  meaningOfStatusWord,
  moreData,
  retriesLeft,
  STATUS_WORDS,
  SW,
  wrongLe,
} from './status-words.ts'

test('every named status word has a row, and no row hides another', () => {
  for (const [name, sw] of Object.entries(SW)) {
    expect(
      STATUS_WORDS.filter((row) => row.sw === sw),
      name,
    ).toHaveLength(1)
  }
  for (const row of STATUS_WORDS) {
    expect(meaningOfStatusWord(row.sw), formatStatusWord(row.sw)).toBe(row.meaning)
  }
})

test('the families carry their number', () => {
  expect([moreData(10), moreData(256)].map(formatStatusWord)).toEqual(['610a', '6100'])
  expect([wrongLe(53), wrongLe(256)].map(formatStatusWord)).toEqual(['6c35', '6c00'])
  expect([retriesLeft(3), retriesLeft(0)].map(formatStatusWord)).toEqual(['63c3', '63c0'])
  expect(meaningOfStatusWord(0x63c2)).toBe('verification failed, x tries left')
  expect(meaningOfStatusWord(0x6135)).toBe('xx octets wait for GET RESPONSE')
  expect(meaningOfStatusWord(0x63d0)).toBe('unknown status word')
})
