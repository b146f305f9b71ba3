import { expect, test } from 'vitest'
import type { Uss } from '../gba/guss.ts'
import {
  hexSchema,
  readUssListJson,
  uint32Schema,
  ussListJson,
  ussListSchema,
} from './common-schemas.ts'

const USS: Uss = { gsid: 4_294_967_295, type: 2, nafGroup: 'A', uids: ['a'], flags: [1] }

test('hex of a length, and numbers of 32 bits', () => {
  expect(
    ['0aFF', '0a', '0aff00', '0aXX'].map((hex) => hexSchema(2).safeParse(hex).success),
  ).toEqual([true, false, false, false])
  const numbers = [0, 4_294_967_295, -1, 4_294_967_296, 1.5, '1']
  expect(numbers.map((value) => uint32Schema.safeParse(value).success)).toEqual([
    ...[true, true],
    ...[false, false, false, false],
  ])
})

test.each([
  ['with everything', { ...USS, keyChoice: 'UICC_BASED_KEY' }],
  ['with no identity and no flag', { gsid: 0, type: 0, uids: [], flags: [] }],
] as const)('a USS %s goes there and back; no array is empty', (_, uss) => {
  const json = ussListJson([uss])
  expect(JSON.stringify(json)).not.toContain('[]')
  expect(readUssListJson(ussListSchema.parse(json))).toEqual([uss])
})

test('a key choice that is not known counts as none', () => {
  const [item] = ussListJson([USS])
  expect(readUssListJson([{ uss: { ...item!.uss, keyChoice: 'OTHER' } }])).toEqual([USS])
})
