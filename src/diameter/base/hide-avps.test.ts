import { expect, test } from 'vitest'
import { decodeAvps, encodeAvps } from './avp-codec.ts'
import { hideAvps } from './hide-avps.ts'

const avp = (code: number, data: Uint8Array, vendorId = 10_415) => ({
  code,
  vendorId,
  mandatory: true,
  data,
})
const RULES = { vendorId: 10_415, open: [609], groups: [612] }
const SECRET = Uint8Array.of(1, 2, 3)

test('a secret becomes zeros of its length, also in a group; what is open stays', () => {
  const [ck, rand] = [avp(625, SECRET), avp(609, Uint8Array.of(4))]
  const [hidden, group] = hideAvps([ck, avp(612, encodeAvps([rand, ck]))], RULES)
  expect(hidden?.data).toEqual(new Uint8Array(3))
  const inside = decodeAvps(group?.data ?? new Uint8Array(0))
  expect(inside.map(({ data }) => [...data])).toEqual([[4], [0, 0, 0]])
  expect(ck.data).toEqual(Uint8Array.of(1, 2, 3))
})

test('the base protocol has no secrets', () => {
  const sessionId = avp(263, Uint8Array.of(9), 0)
  expect(hideAvps([sessionId], RULES)).toEqual([sessionId])
})

test.each([
  ['of another vendor', avp(609, SECRET, 9)],
  ['of no vendor', avp(625, SECRET, 0)],
  ['a group of no vendor', avp(612, encodeAvps([avp(625, SECRET)]), 0)],
  ['a group that is none', avp(612, SECRET)],
  ['a code that nobody knows', avp(9999, SECRET)],
])('what is not known may be a secret: %s', (_case, unknown) => {
  const zeros = new Uint8Array(unknown.data.length)
  expect(hideAvps([unknown], RULES)).toEqual([{ ...unknown, data: zeros }])
})
