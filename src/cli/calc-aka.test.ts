import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toHex } from '../octets/octets.ts'
import { functionsOf, isTuak, MILENAGE_SHAPE, TUAK_SHAPE } from './calc-aka.ts'
import { parseFields } from './calc-answer.ts'

const milenage = z.strictObject(MILENAGE_SHAPE)
const tuak = z.strictObject(TUAK_SHAPE)
const K = '00'.repeat(16)
const OTHER = '11'.repeat(16)
const functions = (fields: object) =>
  functionsOf(parseFields(isTuak(fields) ? tuak : milenage, fields))

describe('the operator’s key', () => {
  test('is given in exactly one form', () => {
    expect(() => functions({ k: K })).toThrow('opc or op: missing')
    expect(() => functions({ k: K, op: OTHER, opc: OTHER })).toThrow(
      'opc or op: only one of them expected',
    )
    expect(() => functions({ algorithm: 'tuak', k: K })).toThrow('topc or top: missing')
    const both = { top: '22'.repeat(32), topc: '22'.repeat(32) }
    expect(() => functions({ algorithm: 'tuak', k: K, ...both })).toThrow('topc or top: only one')
  })

  test('of the other algorithm is unknown', () => {
    expect(() => functions({ k: K, topc: '22'.repeat(32) })).toThrow('topc: unknown field')
    expect(() => functions({ algorithm: 'tuak', k: K, opc: OTHER })).toThrow('opc: unknown field')
  })
})

describe('the algorithm', () => {
  test('is MILENAGE unless said otherwise', () => {
    const rand = new Uint8Array(16)
    const named = functions({ algorithm: 'milenage', k: K, opc: OTHER })
    expect(toHex(functions({ k: K, opc: OTHER }).f5Star(rand))).toBe(toHex(named.f5Star(rand)))
  })

  test.each(['MILENAGE', 'xor', '', 1, null])('%j is none', (algorithm) => {
    expect(() => functions({ algorithm, k: K, opc: OTHER })).toThrow(
      'algorithm: milenage or tuak expected',
    )
  })
})

describe('the choices of TUAK', () => {
  const base = { algorithm: 'tuak', k: '01'.repeat(32), topc: '02'.repeat(32) }
  const rand = new Uint8Array(16)

  test('default to MAC 64, RES 64, CK and IK 128 bits', () => {
    const { res, ck, ik } = functions(base).f2345(rand)
    expect([res.length, ck.length, ik.length]).toEqual([8, 16, 16])
    expect(functions(base).f1({ rand, sqn: 0n, amf: new Uint8Array(2) })).toHaveLength(8)
  })

  test('are in bits', () => {
    const chosen = functions({ ...base, resBits: 32, ckBits: 256, ikBits: 256, macBits: 256 })
    const { res, ck, ik } = chosen.f2345(rand)
    expect([res.length, ck.length, ik.length]).toEqual([4, 32, 32])
    expect(chosen.f1({ rand, sqn: 0n, amf: new Uint8Array(2) })).toHaveLength(32)
  })

  test.each([
    [{ macBits: 32 }, 'macBits: 64 or 128 or 256 expected'],
    [{ resBits: '64' }, 'resBits: 32 or 64 or 128 or 256 expected'],
    [{ ckBits: 64 }, 'ckBits: 128 or 256 expected'],
    [{ iterations: 0 }, 'iterations: 1 to 255 expected'],
    [{ iterations: 256 }, 'iterations: 1 to 255 expected'],
    [{ iterations: 1.5 }, 'iterations: a whole number expected'],
    [{ iterations: '1' }, 'iterations: a whole number expected'],
  ])('%j is refused', (choice, message) => {
    expect(() => functions({ ...base, ...choice })).toThrow(message)
  })
})
