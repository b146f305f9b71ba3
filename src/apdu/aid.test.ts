import { expect, test } from 'vitest'
import { fromHex } from '../octets/octets.ts'
import { applicationOfAid, defaultAidOf } from './aid.ts'

test.each(['USIM', 'ISIM', 'CSIM'] as const)(
  'our AID of the %s is 16 octets and is known',
  (name) => {
    expect(defaultAidOf(name)).toHaveLength(16)
    expect(applicationOfAid(defaultAidOf(name))).toBe(name)
  },
)

test('others are none of the three', () => {
  expect(applicationOfAid(fromHex('a0000000871001ff'))).toBeUndefined()
  expect(applicationOfAid(fromHex('a00000008710'))).toBeUndefined()
  expect(applicationOfAid(fromHex(''))).toBeUndefined()
})
