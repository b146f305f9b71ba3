/** GSM security context on a USIM: conversion functions c2 and c3. TS 33.102 6.8.1.2 */
import type { AkaOutputs } from '../aka/aka-functions.ts'
import { assertOctets, concatOctets, xorOctets } from '../octets/octets.ts'

const RES_STAR_LENGTH = 16
const SRES_LENGTH = 4
const KC_LENGTH = 8

/**
 * c2: SRES, 4 octets, the words of RES padded with zeros to 16 octets XORed.
 *
 * @param outputs.res 4 to 16 octets.
 * @throws {RangeError} If RES is longer.
 */
export function convertRes({ res }: Pick<AkaOutputs, 'res'>): Uint8Array {
  if (res.length > RES_STAR_LENGTH) throw new RangeError('RES is over 16 octets')
  const resStar = concatOctets(res.reveal(), new Uint8Array(RES_STAR_LENGTH - res.length))
  return [0, 4, 8, 12]
    .map((offset) => resStar.subarray(offset, offset + SRES_LENGTH))
    .reduce((sres, word) => xorOctets(sres, word))
}

/**
 * c3: Kc, 8 octets, the halves of CK and IK XORed.
 *
 * @throws {RangeError} If CK or IK have not 16 octets.
 */
export function convertKeys({ ck, ik }: Pick<AkaOutputs, 'ck' | 'ik'>): Uint8Array {
  const keys = [ck.reveal(), ik.reveal()]
  for (const key of keys) assertOctets('CK or IK', key, 2 * KC_LENGTH)
  return keys
    .flatMap((key) => [key.subarray(0, KC_LENGTH), key.subarray(KC_LENGTH)])
    .reduce((kc, half) => xorOctets(kc, half))
}
