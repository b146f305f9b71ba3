import { describe, expect, test } from 'vitest'
import { concatOctets, fromHex, toBase64, toHex } from '../octets/octets.ts'
import { formatAkaNonce, parseAkaNonce } from './aka-nonce.ts'

const RAND = fromHex('23553cbe9637a89d218ae64dae47bf35')
const AUTN = fromHex('aa689c6483d0000020c9c75be1677c8b')
const NONCE = 'I1U8vpY3qJ0hiuZNrke/NaponGSD0AAAIMnHW+FnfIs='

describe('AKA nonce, RFC 3310 3.2', () => {
  test('GBA facts 14', () => {
    expect(formatAkaNonce({ rand: RAND, autn: AUTN })).toBe(NONCE)
    const { rand, autn } = parseAkaNonce(NONCE)
    expect([toHex(rand), toHex(autn)]).toEqual([toHex(RAND), toHex(AUTN)])
  })

  test('server data is passed over', () => {
    const withData = toBase64(concatOctets(RAND, AUTN, new Uint8Array(20)))
    expect(toHex(parseAkaNonce(withData).autn)).toBe(toHex(AUTN))
  })

  test.each(Array.from({ length: 32 }, (_, length) => length))(
    '%i octets are too few',
    (length) => {
      expect(() => parseAkaNonce(toBase64(new Uint8Array(length)))).toThrow('nonce: truncated')
    },
  )

  test('only canonical base64 is read', () => {
    expect(() => parseAkaNonce(NONCE.slice(0, -1))).toThrow('nonce: not canonical base64')
    expect(() => parseAkaNonce(`${NONCE} `)).toThrow('nonce: not canonical base64')
  })

  test('octets of a wrong length are not written', () => {
    expect(() => formatAkaNonce({ rand: RAND.slice(1), autn: AUTN })).toThrow('RAND has 15')
    expect(() => formatAkaNonce({ rand: RAND, autn: AUTN.slice(1) })).toThrow('AUTN has 15')
  })
})
