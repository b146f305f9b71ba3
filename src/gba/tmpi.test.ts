import { describe, expect, test } from 'vitest'
import { encodeNafId } from '../identity/naf-id.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { deriveKsExtNaf, ksOf } from './ks-naf.ts'
import { deriveTmpi, formatTmpi, isTmpi, tmpiNafId } from './tmpi.ts'

describe('TMPI, TS 33.220 B.4', () => {
  test('GBA facts 14', () => {
    expect(deriveTmpi(ksOf(WORKED), WORKED)).toBe(WORKED.tmpi)
  })

  test('GBA facts 14: of the key that a card gives for the NAF_Id of the BSF', () => {
    const nafId = encodeNafId(tmpiNafId(WORKED.bsfName))
    expect(formatTmpi(deriveKsExtNaf(ksOf(WORKED), { ...WORKED, nafId }))).toBe(WORKED.tmpi)
  })

  test('is told from an IMPI by its domain', () => {
    expect(isTmpi(WORKED.tmpi)).toBe(true)
    expect(isTmpi(WORKED.impi)).toBe(false)
  })
})
