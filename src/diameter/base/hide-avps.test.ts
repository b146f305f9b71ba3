import { expect, test } from 'vitest'
import { decodeAvps, encodeAvps } from './avp-codec.ts'
import { hideAvps } from './hide-avps.ts'

const avp = (code: number, data: Uint8Array, vendorId = 10_415) => ({
  code,
  vendorId,
  mandatory: true,
  data,
})
const RULES = { vendorId: 10_415, secret: [625], groups: [612] }

test('a secret becomes zeros of its length, also in a group; what is no secret stays', () => {
  const [ck, rand] = [avp(625, Uint8Array.of(1, 2, 3)), avp(609, Uint8Array.of(4))]
  const [hidden, group, other] = hideAvps(
    [ck, avp(612, encodeAvps([rand, ck])), avp(625, Uint8Array.of(9), 0)],
    RULES,
  )
  expect(hidden?.data).toEqual(new Uint8Array(3))
  const inside = decodeAvps(group?.data ?? new Uint8Array(0))
  expect(inside.map(({ data }) => [...data])).toEqual([[4], [0, 0, 0]])
  expect(other?.data).toEqual(Uint8Array.of(9))
  expect(ck.data).toEqual(Uint8Array.of(1, 2, 3))
})

test('a group that is none is refused', () => {
  expect(() => hideAvps([avp(612, new Uint8Array(3))], RULES)).toThrow('AVP')
})
