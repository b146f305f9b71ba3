import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeNafListEntry, encodeNafListEntry } from './ef-gbanl.ts'

const entry = { nafId: fromHex('6e61660100000002'), btid: 'a@b' }

test('80 NAF_Id 81 B-TID, padded with FF; long values have BER lengths', () => {
  const record = encodeNafListEntry(entry, 20)
  expect(toHex(record)).toBe('80086e616601000000028103614062ffffffffff')
  expect(decodeNafListEntry(record)).toEqual(entry)
  const long = { nafId: new Uint8Array(130), btid: 'b'.repeat(100) }
  const longRecord = encodeNafListEntry(long, 240)
  expect(toHex(longRecord.subarray(0, 3))).toBe('808182')
  expect(decodeNafListEntry(longRecord)).toEqual(long)
})

test('an empty record is none, half of one is refused', () => {
  expect(decodeNafListEntry(fromHex('ffffff'))).toBeUndefined()
  expect(() => decodeNafListEntry(fromHex('8001aaff'))).toThrow(InvalidMessage)
  expect(() => decodeNafListEntry(fromHex('8101aaff'))).toThrow(InvalidMessage)
  expect(() => decodeNafListEntry(fromHex('8001'))).toThrow(InvalidMessage)
  expect(() => decodeNafListEntry(fromHex('8001aa8101ff'))).toThrow('not UTF-8')
})

test('an entry that does not fit is our own misuse', () => {
  expect(() => encodeNafListEntry(entry, 14)).toThrow(RangeError)
})
