import { describe, expect, test } from 'vitest'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import type { GeneratedVector } from '../aka/generate-vector.ts'
import { toHex } from '../octets/octets.ts'
import { akaGroups } from './bench-aka.ts'

const groups = akaGroups(createSystemRandom())

test('each algorithm set stands under its primitive, with the same five ways to a vector', () => {
  const names = groups.map(({ cases }) => cases.map(({ name }) => name))
  expect(names.map(([base]) => base)).toEqual([
    'AES-128 block, one a call',
    'Keccak-f[1600], one permutation',
  ])
  const [milenage, tuak] = names.map((all) => all.filter((name) => name.startsWith('vector')))
  expect(milenage).toEqual(tuak)
  expect(milenage).toEqual([
    'vector',
    'vector, in a batch of 16',
    'vector, in a batch of 32',
    'vector, nothing kept of the subscriber',
    'vector, the keys unsealed for it',
  ])
})

test('every figure says in one sentence what limits it', () => {
  for (const { limit } of groups.flatMap(({ cases }) => cases)) expect(limit).toMatch(/^[^.]+\.$/)
})

describe.each(groups)('$title', ({ cases }) => {
  const vectors = cases.filter(({ name }) => name.startsWith('vector'))

  test.each(vectors)('$name: as many as it counts, each another', ({ run, perRun }) => {
    const made = [run(), run()].flat() as GeneratedVector[]
    expect(made).toHaveLength(2 * perRun)
    for (const read of [
      ({ vector }: GeneratedVector) => toHex(vector.rand),
      ({ vector }: GeneratedVector) => toHex(vector.autn),
      ({ vector }: GeneratedVector) => toHex(vector.xres.reveal()),
    ]) {
      expect(new Set(made.map(read)).size).toBe(made.length)
    }
  })

  test('what is no vector runs too', () => {
    for (const { run } of cases) expect(run).not.toThrow()
  })
})
