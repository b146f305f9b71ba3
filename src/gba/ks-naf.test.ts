import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { encodeNafId, parseUaId } from '../identity/naf-id.ts'
import { concatOctets, toHex, utf8 } from '../octets/octets.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { deriveKsExtNaf, deriveKsIntNaf, deriveKsNaf, ksOf, type NafKeyInput } from './ks-naf.ts'

const ks = ksOf(WORKED)
const inputOf = (uaId: string): NafKeyInput => ({
  rand: WORKED.rand,
  impi: WORKED.impi,
  nafId: encodeNafId({ nafFqdn: WORKED.nafFqdn, uaId: parseUaId(uaId) }),
})

describe('keys of TS 33.220 B.3', () => {
  test('Ks = CK ‖ IK', () => {
    expect(ks.equals(Secret.of(concatOctets(WORKED.ck.reveal(), WORKED.ik.reveal())))).toBe(true)
  })

  test.each([
    ['0100000002', 'dd0f7f3e34c3f508794fa1622f42c2e345075d69231f9d5188a48a6eee81d70f'],
    ['01000100a8', '85500e0d31346505f58fc8b7042fa2f4aec0ba5c9c96dbde66b32753e5e31968'],
    ['0100000007', 'f09cc09fff4c3ae2fd88db75037f702c09cf7204c4f9e2ce9b1cf051588cc75b'],
    ['ff43504e53', 'f568a61c01d3a657e4a7affa881428d8edf3b085fbd69cbf14e74dc4c24ed10e'],
  ])('GBA facts 14 and design 4: Ks_ext_NAF for Ua id %s', (uaId, expected) => {
    expect(toHex(deriveKsExtNaf(ks, inputOf(uaId)).reveal())).toBe(expected)
    expect(toHex(deriveKsNaf(ks, inputOf(uaId)).reveal())).toBe(expected)
  })

  test('GBA facts 14: Ks_int_NAF', () => {
    expect(toHex(deriveKsIntNaf(ks, inputOf('0100000002')).reveal())).toBe(
      'e7b60b6ca2d1c114e659861901244d891ac6e7546ca8cb7962d49abf61eadbe0',
    )
  })

  test('an IMPI counts in UTF-8 octets, over 255 too', () => {
    const impi = `${'ü'.repeat(200)}@example.org`
    const nafId = utf8('naf12345')
    const s = Buffer.concat([
      Buffer.from('01', 'hex'),
      Buffer.from('gba-u'),
      Buffer.from('0005', 'hex'),
      WORKED.rand,
      Buffer.from('0010', 'hex'),
      Buffer.from(impi),
      Buffer.from((412).toString(16).padStart(4, '0'), 'hex'),
      nafId,
      Buffer.from('0008', 'hex'),
    ])
    const expected = createHmac('sha256', ks.reveal()).update(s).digest('hex')
    const derived = deriveKsIntNaf(ks, { rand: WORKED.rand, impi, nafId })
    expect(toHex(derived.reveal())).toBe(expected)
  })

  test('octets of a wrong length are refused', () => {
    const short = Secret.of(new Uint8Array(15))
    expect(() => ksOf({ ck: short, ik: WORKED.ik })).toThrow('CK has 15 octets')
    expect(() => ksOf({ ck: WORKED.ck, ik: short })).toThrow('IK has 15 octets')
    expect(() => deriveKsNaf(short, inputOf('0100000002'))).toThrow('Ks has 15 octets')
    const rand = new Uint8Array(17)
    expect(() => deriveKsNaf(ks, { ...inputOf('0100000002'), rand })).toThrow('RAND has 17 octets')
  })
})
