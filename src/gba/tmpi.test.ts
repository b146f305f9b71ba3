import { describe, expect, test } from 'vitest'
import { WORKED } from './gba-facts.fixture.ts'
import { ksOf } from './ks-naf.ts'
import { deriveTmpi, isTmpi } from './tmpi.ts'

describe('TMPI, TS 33.220 B.4', () => {
  test('GBA facts 14', () => {
    expect(deriveTmpi(ksOf(WORKED), WORKED)).toBe(WORKED.tmpi)
  })

  test('is told from an IMPI by its domain', () => {
    expect(isTmpi(WORKED.tmpi)).toBe(true)
    expect(isTmpi(WORKED.impi)).toBe(false)
  })
})
