import { expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { convertKeys, convertRes } from './gsm-conversion.ts'

const res = (hex: string) => ({ res: Secret.of(fromHex(hex)) })

test('GBA facts 14, 2G: SRES and Kc', () => {
  expect(toHex(convertRes({ res: WORKED.res }))).toBe('46f8416a')
  expect(toHex(convertKeys({ ck: WORKED.ck, ik: WORKED.ik }))).toBe('eae4be823af9a08b')
})

test('a short RES is padded, a long one is our own misuse', () => {
  expect(toHex(convertRes(res('01020304')))).toBe('01020304')
  expect(toHex(convertRes(res('01020304010203040000000100000002')))).toBe('00000003')
  expect(() => convertRes(res('00'.repeat(17)))).toThrow(RangeError)
  expect(() => convertKeys({ ck: WORKED.ck, ik: Secret.of(new Uint8Array(32)) })).toThrow(
    RangeError,
  )
})
