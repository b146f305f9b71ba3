import { expect, test } from 'vitest'
import { BENCH_EUKEY, benchGateway, benchPne, PAYLOAD_OCTETS } from './bench-cpns-world.ts'

test('every entity has a name of its own', () => {
  const names = [0, 1, 2].flatMap((n) => [benchGateway(n), benchPne(n)])
  expect(new Set(names).size).toBe(6)
  expect([BENCH_EUKEY.reveal().length, PAYLOAD_OCTETS]).toEqual([32, 256])
})
