import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { formatBtid, parseBtid, splitBtid } from './btid.ts'
import { parseFqdn } from './fqdn.ts'

const RAND = '23553cbe9637a89d218ae64dae47bf35'
const BSF = 'bsf.mnc001.mcc001.pub.3gppnetwork.org'
const BTID = `I1U8vpY3qJ0hiuZNrke/NQ==@${BSF}`

describe('B-TID, TS 33.220 4.5.2', () => {
  test('is base64 of RAND, "@" and the BSF name', () => {
    expect(formatBtid({ rand: fromHex(RAND), bsfName: parseFqdn(BSF) })).toBe(BTID)
    expect(parseBtid(BTID)).toBe(BTID)
    const { rand, bsfName } = splitBtid(BTID)
    expect([toHex(rand), bsfName]).toEqual([RAND, BSF])
  })

  test('one B-TID has one spelling', () => {
    expect(parseBtid(BTID.replace('bsf.', 'BSF.'))).toBe(BTID)
  })

  test.each([
    ['', 'without "@"'],
    ['I1U8vpY3qJ0hiuZNrke/NQ==', 'without "@"'],
    [`I1U8vpY3qJ0hiuZNrke/NQ@${BSF}`, 'not canonical base64'],
    [`I1U8vpY3qJ0hiuZNrke_NQ==@${BSF}`, 'not canonical base64'],
    [`I1U8vpY3qJ0hiuZNrke/NR==@${BSF}`, 'not canonical base64'],
    [`I1U8vpY3qJ0hiuZNrke/@${BSF}`, 'RAND is not 16 octets'],
    [`@${BSF}`, 'RAND is not 16 octets'],
    ['I1U8vpY3qJ0hiuZNrke/NQ==@', 'not a domain name'],
    ['I1U8vpY3qJ0hiuZNrke/NQ==@a@b', 'not a domain name'],
    ['I1U8vpY3qJ0hiuZNrke/NQ==@10.0.0.1', 'an IP address, not a domain name'],
  ])('%j is refused', (text, reason) => {
    expect(() => parseBtid(text)).toThrow(new InvalidMessage(reason, 'B-TID'))
  })

  test('RAND has 16 octets', () => {
    expect(() => formatBtid({ rand: fromHex('00'), bsfName: parseFqdn(BSF) })).toThrow(RangeError)
  })
})
