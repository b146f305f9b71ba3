import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { toHex } from '../octets/octets.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { computeAutnStar, computeMacStar, flipResLsb, recoverMac } from './gba-u.ts'

describe('GBA_U, TS 33.220 5.3.2', () => {
  test('GBA facts 14: MAC* and AUTN*', () => {
    expect(toHex(computeMacStar(WORKED.mac, WORKED.ik))).toBe(toHex(WORKED.macStar))
    expect(toHex(computeAutnStar(WORKED.autn, WORKED.ik))).toBe(toHex(WORKED.autnStar))
  })

  test('the card recovers MAC', () => {
    expect(toHex(recoverMac(WORKED.macStar, WORKED.ik))).toBe(toHex(WORKED.mac))
  })

  test('GBA facts 14: RES with its least significant bit flipped, and back', () => {
    expect(flipResLsb(WORKED.res).equals(WORKED.resGbaU)).toBe(true)
    expect(flipResLsb(WORKED.resGbaU).equals(WORKED.res)).toBe(true)
  })

  test('the RES that was handed in stays as it was', () => {
    const res = Secret.of(Uint8Array.of(1, 2, 3, 4))
    flipResLsb(res)
    expect([...res.reveal()]).toEqual([1, 2, 3, 4])
  })

  test('octets of a wrong length are refused', () => {
    const short = new Uint8Array(7)
    expect(() => computeMacStar(short, WORKED.ik)).toThrow('MAC has 7 octets')
    expect(() => computeMacStar(WORKED.mac, Secret.of(short))).toThrow('IK has 7 octets')
    expect(() => computeAutnStar(short, WORKED.ik)).toThrow('AUTN has 7 octets')
    expect(() => flipResLsb(Secret.of(new Uint8Array(0)))).toThrow(RangeError)
  })
})
