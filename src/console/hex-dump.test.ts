import { expect, test } from 'vitest'
import { hexDump } from './hex-dump.ts'

test('sixteen octets a line, hex and ASCII', () => {
  const hex = '474554202f20485454502f312e310d0a486f73743a207f00'
  expect(hexDump(hex)).toEqual([
    '0000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..',
    '0010  48 6f 73 74 3a 20 7f 00                          Host: ..',
  ])
  expect(hexDump('')).toEqual([])
})

test('fewer octets a line where there is less room', () => {
  expect(hexDump('474554202f', 4)).toEqual(['0000  47 45 54 20  GET ', '0004  2f           /'])
})
