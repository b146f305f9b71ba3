import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { OctetReader } from './octet-reader.ts'
import { fromHex, toHex } from './octets.ts'

const OCTETS = fromHex('01020304050607080910111213141516000261622a')

/** Reads a value of every kind. */
function readAll(octets: Uint8Array): unknown[] {
  const reader = new OctetReader(octets)
  const values = [
    reader.uint8('one'),
    reader.uint16('two'),
    reader.uint32('four'),
    reader.uint64('eight'),
    toHex(reader.sub(1, 'nested').takeRest()),
    toHex(reader.lengthPrefixed('text')),
    toHex(reader.take(1, 'last')),
  ]
  reader.end('whole')
  return values
}

test('reads each kind of value, big-endian', () => {
  expect(readAll(OCTETS)).toEqual([
    0x01,
    0x0203,
    0x04050607,
    0x0809101112131415n,
    '16',
    '6162',
    '2a',
  ])
})

test('every truncation is refused, and a trailing octet', () => {
  for (let length = 0; length < OCTETS.length; length++)
    expect(() => readAll(OCTETS.subarray(0, length))).toThrow(InvalidMessage)
  expect(() => readAll(fromHex(`${toHex(OCTETS)}00`))).toThrow(
    new InvalidMessage('trailing octets', 'whole'),
  )
})

describe('a reader', () => {
  test('keeps its place when a read fails', () => {
    const reader = new OctetReader(fromHex('0102'))
    expect(() => reader.uint32('length')).toThrow(new InvalidMessage('truncated', 'length'))
    expect(reader.remaining).toBe(2)
    expect(reader.uint16('length')).toBe(0x0102)
  })

  test('a part cannot read past its end', () => {
    const reader = new OctetReader(fromHex('010203'))
    const part = reader.sub(2, 'part')
    expect(() => part.take(3, 'inside')).toThrow(new InvalidMessage('truncated', 'inside'))
    expect(toHex(reader.takeRest())).toBe('03')
    expect(toHex(reader.takeRest())).toBe('')
  })

  test.each([-1, Number.NaN, 0.5])(
    'a length of %d, computed from a peer’s field, is refused',
    (length) => {
      const reader = new OctetReader(fromHex('010203'))
      expect(() => reader.take(length, 'AVP')).toThrow(
        new InvalidMessage('impossible length', 'AVP'),
      )
      expect(reader.remaining).toBe(3)
    },
  )

  test('reads a view in the middle of a larger buffer', () => {
    const reader = new OctetReader(fromHex('aa0000000100000002bb').subarray(1, 9))
    expect([reader.uint32('a'), reader.uint32('b'), reader.remaining]).toEqual([1, 2, 0])
  })
})
