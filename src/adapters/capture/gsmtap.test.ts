import { expect, test } from 'vitest'
import { fromHex, toHex } from '../../octets/octets.ts'
import { gsmtapPacket, simOctets } from './gsmtap.ts'

test('the header says version 2, four words, SIM', () => {
  expect(toHex(gsmtapPacket(fromHex('ab')))).toBe(`020404${'00'.repeat(13)}ab`)
})

test.each([
  ['case 1', '00700000', '9000', '00700000009000'],
  ['case 2 has the length of its answer', '00b0000000', 'aabb9000', '00b0000002aabb9000'],
  ['case 2 without an answer', '00b0000002', '6982', '00b00000026982'],
  ['case 3', '00a40004023f00', '9000', '00a40004023f009000'],
  ['case 4 drops Le', '0088008102aabb00', 'db01cc9000', '0088008102aabbdb01cc9000'],
])('%s', (_, command, response, octets) => {
  expect(toHex(simOctets(fromHex(command), fromHex(response)))).toBe(octets)
})
