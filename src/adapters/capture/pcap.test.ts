import { expect, test } from 'vitest'
import { toHex } from '../../octets/octets.ts'
import { LINK_TYPE, pcapHeader, pcapRecord } from './pcap.ts'

test('a file starts with magic, version 2.4, the longest packet and the link type', () => {
  expect(toHex(pcapHeader(LINK_TYPE.ip))).toBe('a1b2c3d40002000400000000000000000004000000000065')
})

test('a packet has its time in seconds and microseconds, and its length twice', () => {
  expect(toHex(pcapRecord(1_500, Uint8Array.of(0xab)))).toBe(
    `00000001${(500_000).toString(16).padStart(8, '0')}0000000100000001ab`,
  )
})

test('a packet that no analyser takes is not written', () => {
  expect(() => pcapRecord(0, new Uint8Array(262_145))).toThrow(RangeError)
})
