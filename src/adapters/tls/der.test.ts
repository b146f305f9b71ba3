import { expect, test } from 'vitest'
import { fromHex, toHex, utf8 } from '../../octets/octets.ts'
import {
  derBitString,
  derExplicit,
  derImplicit,
  derObjectIdentifier,
  derOctetString,
  derSequence,
  derSetOfOne,
  derTime,
  derTrue,
  derUnsigned,
  derUtf8String,
} from './der.ts'

test.each([
  [0, '0400'],
  [1, '040100'],
  [127, '047f'],
  [128, '048180'],
  [255, '0481ff'],
  [256, '04820100'],
  [65_536, '0483010000'],
])('a value of %i octets has the shortest length (X.690 8.1.3, 10.1)', (length, start) => {
  const encoded = derOctetString(new Uint8Array(length))
  expect(toHex(encoded).startsWith(start)).toBe(true)
  expect(encoded.length).toBe(length + (start.length - (length === 1 ? 2 : 0)) / 2)
})

test.each([
  ['00', '020100'],
  ['0000', '020100'],
  ['7f', '02017f'],
  ['80', '02020080'],
  ['00ff', '020200ff'],
  ['0100', '02020100'],
])('INTEGER %s has the fewest octets and no sign bit (X.690 8.3)', (octets, expected) => {
  expect(toHex(derUnsigned(fromHex(octets)))).toBe(expected)
})

test.each([
  ['1.2.840.113549', '06062a864886f70d'],
  ['2.999.3', '0603883703'],
  ['2.5.4.3', '0603550403'],
  ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
])('OBJECT IDENTIFIER %s (X.690 8.19.5 and well-known values)', (dotted, expected) => {
  expect(toHex(derObjectIdentifier(dotted))).toBe(expected)
})

test.each([
  [Date.UTC(1999, 11, 31, 23, 59, 59, 999), '170d', '991231235959Z'],
  [Date.UTC(2049, 11, 31, 23, 59, 59), '170d', '491231235959Z'],
  [Date.UTC(2050, 0, 1), '180f', '20500101000000Z'],
])('time %i (RFC 5280 4.1.2.5)', (timeMs, start, digits) => {
  expect(toHex(derTime(timeMs))).toBe(start + toHex(utf8(digits)))
})

test('constructed values, strings and context tags', () => {
  expect(toHex(derSequence(derTrue(), derUtf8String('é')))).toBe('30070101ff0c02c3a9')
  expect(toHex(derSequence())).toBe('3000')
  expect(toHex(derSetOfOne(derTrue()))).toBe('31030101ff')
  expect(toHex(derBitString(Uint8Array.of(0x80), 7))).toBe('03020780')
  expect(toHex(derExplicit(3, derTrue()))).toBe('a3030101ff')
  expect(toHex(derImplicit(2, utf8('a')))).toBe('820161')
})
