import { expect, test } from 'vitest'
import { parseImpi } from '../identity/impi.ts'
import { toHex } from '../octets/octets.ts'
import { impiOf, randOf } from './bench-world.ts'

test('subscribers and their sessions differ', () => {
  expect(impiOf(7)).toBe(parseImpi('001010000000007@ims.bench.example'))
  expect(toHex(randOf(258))).toBe(`${'00'.repeat(14)}0102`)
})
