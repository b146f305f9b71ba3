import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { parseImpi } from '../identity/impi.ts'
import type { Subscriber } from './hss-store.ts'
import { createSubscriberMemory } from './subscriber-memory.ts'

const filled = (length: number, octet: number): Secret =>
  Secret.of(new Uint8Array(length).fill(octet))
const subscriber = (name: string, change: Partial<Subscriber> = {}): Subscriber => ({
  impi: parseImpi(`${name}@ims.example`),
  algorithm: 'milenage',
  subscriberKey: filled(16, 1),
  operatorVariant: filled(16, 2),
  amf: new Uint8Array(2),
  ...change,
})

describe('subscriber memory', () => {
  test('the same subscriber keeps its functions, whatever else changed', () => {
    const memory = createSubscriberMemory(2)
    const first = memory.recall(subscriber('a'))
    const again = memory.recall(subscriber('a', { guss: '<guss/>', amf: Uint8Array.of(1, 1) }))
    expect(again).toBe(first)
  })

  const TUAK = { algorithm: 'tuak', operatorVariant: filled(32, 2) } as const
  const LENGTHS = { resLength: 8, ckLength: 16, ikLength: 16, macLength: 8, iterations: 1 }
  test.each<[string, Partial<Subscriber>, Partial<Subscriber>]>([
    ['K', {}, { subscriberKey: filled(16, 9) }],
    ['OPc', {}, { operatorVariant: filled(16, 9) }],
    ['the algorithm', {}, TUAK],
    ['a TUAK length', { ...TUAK, tuak: LENGTHS }, { ...TUAK, tuak: { ...LENGTHS, iterations: 2 } }],
  ])('another %s starts anew', (_, before, after) => {
    const memory = createSubscriberMemory(2)
    const first = memory.recall(subscriber('a', before))
    const second = memory.recall(subscriber('a', after))
    expect(second).not.toBe(first)
    expect(second.functions).not.toBe(first.functions)
  })

  test('beyond the limit the one unused for longest goes', () => {
    const memory = createSubscriberMemory(2)
    const [a, b] = [memory.recall(subscriber('a')), memory.recall(subscriber('b'))]
    expect(memory.recall(subscriber('a'))).toBe(a)
    memory.recall(subscriber('c'))
    expect(memory.recall(subscriber('a'))).toBe(a)
    expect(memory.recall(subscriber('b'))).not.toBe(b)
  })

  test('who is gone is forgotten', () => {
    const memory = createSubscriberMemory(2)
    const first = memory.recall(subscriber('a'))
    memory.forget(subscriber('a').impi)
    expect(memory.recall(subscriber('a'))).not.toBe(first)
  })
})
