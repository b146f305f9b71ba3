import { expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import { createAesBlock } from './aes-block.ts'
import { Secret } from './secret.ts'

const KEY = Secret.of(fromHex('000102030405060708090a0b0c0d0e0f'))
const PLAINTEXT = '00112233445566778899aabbccddeeff'
const CIPHERTEXT = '69c4e0d86a7b0430d8cdb78070b4c55a'

test('FIPS 197 C.1', () => {
  expect(toHex(createAesBlock(KEY).encrypt(fromHex(PLAINTEXT)))).toBe(CIPHERTEXT)
})

test('blocks are independent, within a call and between calls', () => {
  const aes = createAesBlock(KEY)
  const twice = aes.encrypt(fromHex(PLAINTEXT + PLAINTEXT))
  expect(toHex(twice)).toBe(CIPHERTEXT + CIPHERTEXT)
  expect(toHex(aes.encrypt(fromHex(PLAINTEXT)))).toBe(CIPHERTEXT)
  expect(Object.getPrototypeOf(twice)).toBe(Uint8Array.prototype)
})

test('what was handed out is the caller’s own', () => {
  const aes = createAesBlock(KEY)
  const input = fromHex(PLAINTEXT)
  const first = aes.encrypt(input)
  aes.encrypt(new Uint8Array(160)).fill(0xff)
  expect(toHex(first)).toBe(CIPHERTEXT)
  first.fill(0)
  expect(toHex(input)).toBe(PLAINTEXT)
  expect(toHex(aes.encrypt(input))).toBe(CIPHERTEXT)
})

test('a part of a block is refused and leaves nothing behind', () => {
  const aes = createAesBlock(KEY)
  for (const length of [1, 15, 17])
    expect(() => aes.encrypt(new Uint8Array(length))).toThrow(RangeError)
  expect(toHex(aes.encrypt(fromHex(PLAINTEXT)))).toBe(CIPHERTEXT)
})

test.each([0, 15, 17, 32])('a key of %d octets is refused', (length) => {
  expect(() => createAesBlock(Secret.of(new Uint8Array(length)))).toThrow(RangeError)
})
