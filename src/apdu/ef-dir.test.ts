import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeDirectoryEntry, encodeDirectoryEntry } from './ef-dir.ts'

const aid = fromHex('a0000000871002ff')

test('AID and label in one application template', () => {
  const record = encodeDirectoryEntry({ aid, label: 'USIM' }, 24)
  expect(toHex(record)).toBe('61104f08a0000000871002ff50045553494dffffffffffff')
  expect(decodeDirectoryEntry(record)).toEqual({ aid, label: 'USIM' })
  expect(decodeDirectoryEntry(encodeDirectoryEntry({ aid }, 24))).toEqual({ aid })
})

test('an empty record, one without AID, and a label that is not UTF-8', () => {
  expect(decodeDirectoryEntry(fromHex('ffffff'))).toBeUndefined()
  expect(decodeDirectoryEntry(fromHex(''))).toBeUndefined()
  expect(decodeDirectoryEntry(fromHex('610350014dff'))).toBeUndefined()
  expect(decodeDirectoryEntry(fromHex('610a4f05a0000000875001ff'))).toEqual({
    aid: fromHex('a000000087'),
  })
})

test('a template cut short is refused, an entry too long is our own misuse', () => {
  expect(() => decodeDirectoryEntry(fromHex('61104f08a0'))).toThrow(InvalidMessage)
  expect(() => decodeDirectoryEntry(fromHex('61034f08a0'))).toThrow(InvalidMessage)
  expect(() => encodeDirectoryEntry({ aid, label: 'USIM' }, 17)).toThrow(RangeError)
})
