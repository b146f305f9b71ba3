import { expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import { accessRuleRecord, formatFileId, linearFixed, transparent } from './card-file.ts'

test('a transparent file', () => {
  expect(transparent(['EF_LI', 0x6f05, 2, 'language'], fromHex('656e'))).toEqual({
    kind: 'transparent',
    name: 'EF_LI',
    fileId: 0x6f05,
    sfi: 2,
    access: 'language',
    initial: fromHex('656e'),
  })
})

test('records are padded to the longest one, or to a given length; SFI 0 is none', () => {
  const records = [fromHex('01'), fromHex('0203')]
  const file = linearFixed(['EF_X', 0x6f00, 0, 'open'], records)
  expect([toHex(file.initial), file.recordLength, 'sfi' in file]).toEqual(['01ff0203', 2, false])
  expect(toHex(linearFixed(['EF_X', 0x6f00, 0, 'open'], records, 3).initial)).toBe('01ffff0203ff')
})

test('each access rule has a record of EF_ARR, counted from 1', () => {
  expect([accessRuleRecord('open'), accessRuleRecord('language')]).toEqual([1, 5])
  expect(formatFileId(0x2f)).toBe('002f')
})
