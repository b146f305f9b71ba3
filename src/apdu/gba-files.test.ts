import { expect, test } from 'vitest'
import { GBA_FILES } from './gba-files.ts'

test('USIM and ISIM keep their GBA files under different numbers', () => {
  expect(GBA_FILES.USIM).toEqual({ gbabp: 0x6fd6, gbanl: 0x6fda })
  expect(GBA_FILES.ISIM).toEqual({ gbabp: 0x6fd5, gbanl: 0x6fd7 })
})
