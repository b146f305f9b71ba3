import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeEfGbabp, encodeEfGbabp } from './ef-gbabp.ts'

const rand = fromHex('23553cbe9637a89d218ae64dae47bf35')
const full = { rand, btid: 'a@b.example', keyLifetime: '2026-11-24T10:00:00Z' }
const EMPTY = { rand: new Uint8Array(0), btid: '', keyLifetime: '' }

test('L RAND L B-TID L lifetime, padded with FF', () => {
  const octets = encodeEfGbabp(full, 60)
  expect(toHex(octets)).toBe(
    `10${toHex(rand)}0b6140622e6578616d706c6514323032362d31312d32345431303a30303a30305a${'ff'.repeat(10)}`,
  )
  expect(decodeEfGbabp(octets)).toEqual(full)
})

test('what was not written yet is empty', () => {
  expect(decodeEfGbabp(fromHex(''))).toEqual(EMPTY)
  expect(decodeEfGbabp(fromHex('ff'.repeat(40)))).toEqual(EMPTY)
  expect(decodeEfGbabp(fromHex('000000ffff'))).toEqual(EMPTY)
  const randOnly = encodeEfGbabp({ ...EMPTY, rand }, 60)
  expect(decodeEfGbabp(randOnly)).toEqual({ ...EMPTY, rand })
  expect(decodeEfGbabp(fromHex(`10${toHex(rand)}ffffff`))).toEqual({ ...EMPTY, rand })
  expect(decodeEfGbabp(fromHex(`10${toHex(rand)}`))).toEqual({ ...EMPTY, rand })
})

test('every cut inside a part is refused', () => {
  const octets = encodeEfGbabp(full, 50)
  const boundaries = new Set([0, 17, 29])
  for (let length = 0; length < 50; length++) {
    const attempt = () => decodeEfGbabp(octets.subarray(0, length))
    if (boundaries.has(length)) expect(attempt).not.toThrow()
    else expect(attempt, `${length} octets`).toThrow(InvalidMessage)
  }
  expect(() => decodeEfGbabp(fromHex('0001ff'))).toThrow('not UTF-8')
})

test('what does not fit is our own misuse', () => {
  expect(() => encodeEfGbabp(full, 49)).toThrow(RangeError)
  expect(() => encodeEfGbabp({ ...full, btid: 'x'.repeat(256) }, 600)).toThrow(RangeError)
})
